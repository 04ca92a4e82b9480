"""What the write side tells the process it runs in."""

from django.dispatch import Signal

# Sent after commit with `record_id: int`. A hint and no more: the queue is in the database.
command_accepted = Signal()
