"""The signals of the write side, to receivers in its own process."""

from django.dispatch import Signal

# Sent after the commit, with `record_id: int`. It is only a hint (law 3): the queue is in the database.
command_accepted = Signal()
