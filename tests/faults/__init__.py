"""What happens when a process is killed: at every point, and at random."""
