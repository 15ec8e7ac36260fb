"""Persons at the command line: who may log in, and who gives a command."""
