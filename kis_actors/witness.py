"""Looks over SignalActor's shoulder while a day is run again: how near each rule came, and what stood in its way.

What is noted is never part of the actor's state, so that looking changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from kis_actors.actors import signal
from kis_actors.duties.judgement import Judgement, Seen, measured
from kis_actors.signals.engine import Memory
from kis_actors.signals.sight import Reading

Price = tuple[str, datetime, int]
"""A code, when its price was seen, and the price in won."""


class Nearest(NamedTuple):
    """The nearest that a rule came to holding for a code, and when."""

    reading: Reading
    at: datetime


class Then(NamedTuple):
    """What a rule made of one price. is_armed: it could have counted. holds_since_s: None if it did not hold before."""

    reading: Reading
    is_armed: bool
    holds_since_s: int | None


class Notes:
    """nearest: by code and rule, over the day. then: by price and rule, for the prices that were asked about."""

    def __init__(self, asked: Iterable[Price] = ()) -> None:
        self.nearest: dict[str, dict[str, Nearest]] = {}
        self.then: dict[Price, dict[str, Then]] = {price: {} for price in asked}

    def take(self, day: Judgement, seen: Seen) -> None:
        """What the rules make of a price that they have not been told of yet."""
        nearest = self.nearest.setdefault(seen.code, {})
        then = self.then.get((seen.code, seen.seen_at, seen.price_won))
        for name, reading in measured(day, seen).items():
            if name not in nearest or reading.distance < nearest[name].reading.distance:
                nearest[name] = Nearest(reading, seen.seen_at)
            if then is not None:
                memory = day.memories.get(seen.code, {}).get(name) or Memory()
                then[name] = Then(reading, memory.is_armed, memory.holds_since_s)


def watched_state(notes: Notes) -> type[signal.State]:
    """SignalActor's state, whose every price is shown to `notes` first."""

    class Watched(signal.State):
        """Decides what signal.State does."""

        def on_price(self, seen: Seen) -> Any:
            """As ever."""
            if self.session_day:
                notes.take(self.day, seen)
            return signal.State.on_price(self, seen)

    return Watched
