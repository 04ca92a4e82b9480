"""The read side: denormalised tables, the projections that fill them from the log, and the queries over them."""
