"""Statement files from the inbox to entries, and how they are kept."""
