"""Versions of a statement: issued again with the answers kept, and what changed since when."""
