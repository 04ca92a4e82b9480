"""The ways in which a reader sees its own write."""
