"""Contracts, their amendments, files and price lists, and the check of invoices against them."""
