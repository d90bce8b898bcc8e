"""Cases with agencies and lawyers: opened by two, kept by their events, proven by a pack."""
