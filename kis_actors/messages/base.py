"""What every event is, and its place in the log."""

from datetime import datetime
from typing import dataclass_transform

from msgspec import Struct

from kis_actors.units import instant_of_ns

KRX_TRADES = "H0STCNT0"
"""The feed that events of earlier versions, which name none, were about."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Event(Struct, frozen=True, kw_only=True, gc=False):
    """A fact, in the past tense. Immutable; what it says stays true."""


class Record(Struct, frozen=True, gc=False):
    """An event in its place in the log, and so durable. Only these are in mailboxes.

    seq: place in the log, gapless, counted over all files. cause: seq of what it answers or follows from; 0 for none.
    stream: who said it (an actor's name, or an edge's). at_ns: when the log took it, nanoseconds since 1970 (UTC).
    """

    seq: int
    stream: str
    cause: int
    at_ns: int
    event: Event

    @property
    def at(self) -> datetime:
        """When the log took it, KST."""
        return instant_of_ns(self.at_ns)
