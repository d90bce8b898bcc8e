"""Instalment plans: offered, countered, approved, signed by both, and followed day by day."""
