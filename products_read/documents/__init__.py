"""The JSON documents that queries serve: their shapes, the current ones, past ones, and events."""
