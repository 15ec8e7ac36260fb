"""Money that arrived: statement files become statement lines, lines get keys, and keys are placed on open items."""
