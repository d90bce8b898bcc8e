"""The customer file: who they are, whom to write to, on which terms they buy."""
