"""Documents that leave the house: PDFs from our own templates, sealed, and checked again."""
