"""The write side: commands decide, normalised tables remember what was decided, the event log says why."""
