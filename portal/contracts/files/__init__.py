"""The file of contracts: its columns, and the acts that take it in and write it."""
