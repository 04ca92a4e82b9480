"""How often, and from where, a client may come."""
