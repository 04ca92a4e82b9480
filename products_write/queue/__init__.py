"""Commands that were accepted and are executed later."""
