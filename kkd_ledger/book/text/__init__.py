"""The ledger's text: its vocabulary, records, canonical form, and two readers."""
