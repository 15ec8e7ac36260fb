"""What people see: Fava, read-only, with our page."""
