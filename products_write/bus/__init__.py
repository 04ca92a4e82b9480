"""The one way in: every command, wherever it comes from, goes through here."""
