"""The command log for its readers: the status of a command, and the removal of old records."""
