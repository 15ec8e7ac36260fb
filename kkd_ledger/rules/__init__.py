"""What must hold. Each module is a rule: a fold over records, and a Beancount plugin of its own."""
