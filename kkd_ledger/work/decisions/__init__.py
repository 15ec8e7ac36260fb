"""What a person decides about bank lines and files."""
