"""The workplace: our own pages of a book, read from a snapshot of its text; Fava is not asked."""
