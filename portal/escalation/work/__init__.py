"""People at work: the queue of what waits, talks with customers, comments of colleagues."""
