"""Proof: months are closed with a seal, and reopened only by a new link of the chain."""
