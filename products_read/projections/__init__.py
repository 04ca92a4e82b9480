"""The projections, one file for each read model. A file lists the effect of each event on the row."""
