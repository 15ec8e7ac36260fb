"""Opening books, months and years; the facts people enter; what a book stands on."""
