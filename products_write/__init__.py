"""The write side: commands decide, normalised tables hold the decisions, and the event log says why."""
