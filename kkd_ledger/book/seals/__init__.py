"""Closed months: the chain of closing proofs, its verification, and what a book stands on."""
