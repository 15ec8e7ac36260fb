"""What an agreement says: members, figures, components, papers, as records, and what was known on a day."""
