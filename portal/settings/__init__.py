"""Settings: who the company is, and how its statements are made."""
