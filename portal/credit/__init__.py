"""How far customers are trusted: scores, grades, limits, securities, orders and their holds."""
