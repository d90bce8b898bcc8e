"""The agreement on electronic reconciliation, and what silence means by it."""
