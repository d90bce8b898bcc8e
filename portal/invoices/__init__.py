"""Invoices, credit notes and open items: what is owed as of a date, and for what."""
