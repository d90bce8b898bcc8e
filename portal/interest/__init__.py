"""Late interest: what it comes to, by whose rate, and charging or waiving it."""
