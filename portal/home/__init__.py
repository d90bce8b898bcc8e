"""The first page of each side, whether the process is well, and the demo's mailbox."""
