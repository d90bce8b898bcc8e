"""The evidence pack: everything that proves a claim in one file that checks itself."""
