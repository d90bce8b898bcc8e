"""What was agreed about paying: named terms, customers' own, versions, and what a change does."""
