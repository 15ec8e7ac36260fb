"""The monthly run, and what it tells."""
