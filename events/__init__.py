"""The append-only log of events, and the engine that projects it."""
