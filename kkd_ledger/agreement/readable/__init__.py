"""The agreement file as people read and sign it: German sentences, clause by clause, with one worked year."""
