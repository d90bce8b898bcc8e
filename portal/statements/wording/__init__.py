"""What statements say besides their figures, by law and by the admin."""
