"""Scores and reviews as every day keeps them."""
