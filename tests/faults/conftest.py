"""Fixtures for tests that kill processes or break connections."""

from tests.e2e.conftest import full_stack

__all__ = ["full_stack"]
