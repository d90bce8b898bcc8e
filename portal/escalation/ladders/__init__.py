"""Ladders as people write them: versions, drafts, what is odd in them, what they would do."""
