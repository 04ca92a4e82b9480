"""Installations whose processes a fault may befall."""

from tests.e2e.conftest import full_stack

__all__ = ["full_stack"]
