"""Runs of the ladders as people see them: looked at, approved, paused, watched."""
