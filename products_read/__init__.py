"""READ answers: denormalised tables, the projections that fill them from the log, the queries over them."""
