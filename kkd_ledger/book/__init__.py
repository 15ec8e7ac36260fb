"""One party's books: whose they are, their text, its writer, its seals, and what is known of them."""
