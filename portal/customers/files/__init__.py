"""The files of customers and contacts: their columns, and the acts that take them in."""
