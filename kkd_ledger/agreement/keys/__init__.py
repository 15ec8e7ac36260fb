"""How a component's cost becomes cents by member: one module a family of keys, one registry."""
