"""What all commands share: how arguments are read, how books are written, what is printed, logged and counted."""
