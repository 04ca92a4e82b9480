"""Proving read models right, and rebuilding them."""
