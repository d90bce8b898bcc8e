"""Documents that leave the house: PDFs printed from our own templates, sealed, and checked again."""
