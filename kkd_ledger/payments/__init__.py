"""Payment files for the bank, mandates, business days, default interest."""
