"""What is known of a book now: claims, items, budgets, where every share stands."""
