"""A new user's first books: from answers to an agreement, a book and its first month."""
