"""The daily round: owners answer for what falls due, plan their week, and silence is told."""
