"""Verwaltung: who may log in and how, the access log, a backup to take along; for who administers, in the browser."""
