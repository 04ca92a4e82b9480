"""The one home of SQL code: statements, values, and the differences between the two databases."""
