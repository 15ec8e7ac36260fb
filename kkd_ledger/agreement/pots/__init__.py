"""Pots: what is to be shared in a year, made of figures step by step."""
