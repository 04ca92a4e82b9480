"""A catalogue to try the service with: products, people and a year's worth of happenings in small."""
