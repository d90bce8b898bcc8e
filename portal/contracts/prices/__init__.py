"""Price lists: what a product costs from a day on, and how a list is taken in."""
