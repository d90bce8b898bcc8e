"""The sealed certificate of an answer: printed, timestamped, checked."""
