"""Programs for people who work on the service; nothing here is imported by it."""
