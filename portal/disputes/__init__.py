"""Disputes: the customer says what is wrong, both talk about it, the house decides."""
