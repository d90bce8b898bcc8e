"""The storage floor: what is kept, under which constraints; no business rule is decided here."""
