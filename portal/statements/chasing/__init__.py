"""Who has not answered: reminded, each step once, and where mails come back."""
