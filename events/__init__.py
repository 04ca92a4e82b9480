"""The append-only log of what happened, and the engine that projects it."""
