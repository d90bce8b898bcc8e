"""Reports over all customers: ageing, and what it is made of."""
