"""The HTTP API of the commands: views, headers, permissions and OpenAPI."""
