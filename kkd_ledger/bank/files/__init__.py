"""Statement files of banks → statements: one folder a format, and what all formats share."""
