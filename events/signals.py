"""The signals that the log sends inside its process."""

from django.dispatch import Signal

# Sent inside the transaction that appends, with `product_id: int`. A receiver that raises an error undoes the command.
events_appended = Signal()

# Sent after the commit, with `product_ids: frozenset[int]`. It is only a hint: the log is the record.
events_committed = Signal()
