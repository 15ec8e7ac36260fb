"""Which lines of a statement are new: the account as its statements tell it, and one equation for each further one.

Pure: handed what the certificates hold and a person's decisions; no folder, no book.
"""
