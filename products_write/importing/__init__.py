"""Brings the catalogue to the state that a CSV file describes, through commands."""
