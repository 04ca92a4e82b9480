"""Proof that read models are right, and their rebuilding."""
