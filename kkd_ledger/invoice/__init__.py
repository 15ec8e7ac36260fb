"""Money demanded: e-invoices read, checked and written; demands, reminders and statements of balances on paper."""
