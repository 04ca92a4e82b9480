"""What an event is: its base class, its registered types, its JSON, and how old shapes become new ones.

Pure Python. The events themselves are defined by the domain (see facts).
"""

from events.contracts.base import DomainEvent
from events.contracts.codec import UnreadableEvent, decode, encode

__all__ = ["DomainEvent", "UnreadableEvent", "decode", "encode"]
