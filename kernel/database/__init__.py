"""The one home of SQL plumbing: statements, values, and what differs between the two databases."""
