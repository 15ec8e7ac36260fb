"""Claims: posted, demanded, received, reminded, deferred, remitted."""
