"""CSV exports of banks, by declarative column maps."""
