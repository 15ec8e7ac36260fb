"""E-invoices: model, syntaxes, files from outside, validation, and comparison with what was agreed."""
