"""What the log tells the process it runs in."""

from django.dispatch import Signal

# Sent after commit with `product_ids: frozenset[int]`. A hint and no more: the log is the record.
events_committed = Signal()
