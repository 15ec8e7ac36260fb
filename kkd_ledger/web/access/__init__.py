"""Who is at the other end: login, sessions, attempts, and the door that asks for them."""
