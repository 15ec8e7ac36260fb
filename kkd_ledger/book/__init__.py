"""One party's books: whose they are, by which agreement, their text, its writer, its seals, and what is known of them."""
