"""Django's PostgreSQL backend, less talkative."""
