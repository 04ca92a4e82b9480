"""The JSON documents that queries serve: their fields, the current ones, past ones, and events."""
