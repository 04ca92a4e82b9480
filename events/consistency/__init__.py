"""How a reader sees its own write."""
