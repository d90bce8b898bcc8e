"""Danger signals that need no judgement: the books show them, and they are noted by themselves."""
