"""What customers say differs, and the house's answers to it."""
