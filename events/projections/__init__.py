"""Projections, and the engine that brings them up to date."""
