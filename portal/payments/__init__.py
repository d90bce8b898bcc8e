"""Money received, and what it was applied to."""
