"""The queries over HTTP. Each view parses the request, calls one query and builds the response."""
