"""What is done with books: open them, post shares, take bank statements, run the month."""
