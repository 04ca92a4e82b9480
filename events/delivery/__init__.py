"""The way from a commit to a worker, and the sweep that makes up for lost messages."""
