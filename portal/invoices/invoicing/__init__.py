"""Deliveries whose invoice is late: the task of each, until it is invoiced."""
