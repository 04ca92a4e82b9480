"""What the log tells the process it runs in."""

from django.dispatch import Signal

# Sent inside the transaction that appends, with `product_id: int`; a receiver that raises undoes the command.
events_appended = Signal()

# Sent after commit with `product_ids: frozenset[int]`. A hint and no more: the log is the record.
events_committed = Signal()
