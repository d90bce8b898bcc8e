"""Limits and securities that end: who is to do something about it, and by when."""
