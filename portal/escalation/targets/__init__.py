"""What collectors are to reach in a month, and what they did."""
