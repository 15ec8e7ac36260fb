"""What people change about what a book stands on: figures, amendments, settings, words of letters."""
