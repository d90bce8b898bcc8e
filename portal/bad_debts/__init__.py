"""Bad debts: written off inside the house with two people's approval, followed, provided for."""
