"""Invoices, their due parts and their lines as files have them, and the acts that post them."""
