"""Money that is moved by file: payment runs and what they stand on."""
