"""The customer's own ledger: read from a file or a paste, compared with the statement, answered."""
