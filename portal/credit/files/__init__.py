"""Orders and exchange rates as files have them."""
