"""GET only: parse, ask, answer."""
