"""Taking back, clearing, setting off: never by an edit."""
