"""Programs for developers. The service imports nothing from here."""
