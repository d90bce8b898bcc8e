"""Statements of account: runs, frozen snapshots, confirming them, certificates."""
