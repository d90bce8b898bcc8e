"""Accord: the self-service portal in which a company and its customers agree on what is owed."""

__version__ = "0.1.0"
