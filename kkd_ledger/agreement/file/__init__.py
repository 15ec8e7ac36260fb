"""agreement.toml → facts: read strictly, checked as a whole, every problem told at once with its place."""
