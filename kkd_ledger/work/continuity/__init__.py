"""Which lines of a statement are new: every line of an account is taken exactly once."""
