"""When what is due, and what is asked for before it is known: due plans and claims (pure)."""
