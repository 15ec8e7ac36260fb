"""What is done with a book, each command in the room of its subject; all of it in one session under its lock."""
