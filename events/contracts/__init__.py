"""The form of events: their base class, their registered types, their JSON, and the step from old forms to new ones.

This package is pure Python. The domain defines the events themselves (see facts).
"""

from events.contracts.base import DomainEvent
from events.contracts.codec import UnreadableEvent, decode, encode

__all__ = ["DomainEvent", "UnreadableEvent", "decode", "encode"]
