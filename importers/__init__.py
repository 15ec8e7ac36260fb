"""Importers for beangulp: thin faces of the rooms of kkd_ledger, and the ingest config."""
