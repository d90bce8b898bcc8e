"""Overdue warnings: customers who owe late for too long, too much, or too much of their limit."""
