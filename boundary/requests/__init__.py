"""The strict reading of requests: JSON bodies, the Prefer header, the correlation id."""
