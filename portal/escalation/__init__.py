"""The ladder of escalation: what is due for whom, done once a day, and what people do about it."""
