"""From data to an accessible PDF: demands, reminders, notices after a true-up."""
