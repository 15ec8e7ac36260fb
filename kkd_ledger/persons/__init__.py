"""Who may do what when; acts and what they cover."""
