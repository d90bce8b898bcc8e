"""Promises as files have them, and their posting."""
