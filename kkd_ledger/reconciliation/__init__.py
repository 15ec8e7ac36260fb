"""Balances of two sides that share no system, signed."""
