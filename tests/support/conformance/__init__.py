"""Holding the service to its schema: what schemathesis has to know of products to get past refusals."""
