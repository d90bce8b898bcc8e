"""Payments, credit notes, adjustments and applications as files have them, and their posting."""
