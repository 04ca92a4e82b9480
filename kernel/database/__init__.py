"""How the service talks SQL: connections, statements, values, and the differences between the two databases."""
