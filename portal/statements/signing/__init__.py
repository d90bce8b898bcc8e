"""Signing a statement: by whom, on whose right, by two, together, passed on, taken back."""
