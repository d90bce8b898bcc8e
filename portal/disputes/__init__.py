"""Disputes: what customers say is wrong, the talk about it with its files, and what was decided."""
