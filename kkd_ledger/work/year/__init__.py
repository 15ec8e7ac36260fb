"""The end of a fiscal year: proposals and closing entries."""
