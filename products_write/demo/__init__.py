"""A demo catalogue to try the service with: products, people, and the commands that they send."""
