"""The amounts: shares, corrections, and how each came about, in words and figures."""
