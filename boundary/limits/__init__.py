"""Limits on clients: rates, the sign-in lock-out, and the address that a request is counted under."""
