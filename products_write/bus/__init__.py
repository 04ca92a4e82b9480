"""The command bus: every command goes through it, from HTTP, the admin, the command line or the queue."""
