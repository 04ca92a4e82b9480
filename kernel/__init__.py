"""What both sides and the log share: it knows nobody, and no HTTP."""
