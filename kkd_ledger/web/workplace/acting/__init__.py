"""The pattern of a page that acts: fields, preview, confirmation bound to what was seen, a second person, done."""
