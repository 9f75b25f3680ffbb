"""Looks over SignalActor's shoulder while a day is run again: how near each rule came, and what stood in its way.

What is noted is never part of the actor's state, so that looking changes nothing.
"""

from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any, NamedTuple

from kis_actors.actors import signal
from kis_actors.duties.judgement import Judgement
from kis_actors.signals.engine import Memory
from kis_actors.signals.outlook import Seen
from kis_actors.signals.sight import Reading

Price = tuple[str, datetime, int]
"""A code, when its price was seen, and the price in won."""


class Nearest(NamedTuple):
    """The nearest that a rule came to holding for a code, and when."""

    reading: Reading
    at: datetime


class Then(NamedTuple):
    """What a rule made of one price. is_armed: it could have counted."""

    reading: Reading
    is_armed: bool


class Notes:
    """nearest: by code and rule, over the day. then: by price and rule, for the prices that were asked about."""

    def __init__(self, asked: Iterable[Price] = ()) -> None:
        self.nearest: dict[str, dict[str, Nearest]] = {}
        self.then: dict[Price, dict[str, Then]] = {price: {} for price in asked}

    def remembered(self, day: Judgement, seen: Seen) -> dict[str, Memory]:
        """What the rules know before they are told of a price, if it is one that was asked about."""
        of_code = day.memories.get(seen.code, {}) if price_of(seen) in self.then else {}
        return {name: copy(memory) for name, memory in of_code.items()}

    def take(self, day: Judgement, seen: Seen, before: dict[str, Memory]) -> None:
        """What the rules made of a price, and what they knew before it."""
        nearest, then = self.nearest.setdefault(seen.code, {}), self.then.get(price_of(seen))
        for name, memory in day.memories.get(seen.code, {}).items():
            reading = memory.reading
            if reading is None or memory.gate or name not in day.rules:
                continue
            if name not in nearest or reading.distance < nearest[name].reading.distance:
                nearest[name] = Nearest(reading, seen.seen_at)
            if then is not None:
                then[name] = Then(reading, (before.get(name) or Memory()).is_armed)


def price_of(seen: Seen) -> Price:
    """What tells one price from another."""
    return seen.code, seen.seen_at, seen.price_won


def watched_state(notes: Notes) -> type[signal.State]:
    """SignalActor's state, whose every price `notes` sees too."""

    class Watched(signal.State):
        """Decides what signal.State does."""

        def on_price(self, seen: Seen) -> Any:
            """As ever."""
            before = notes.remembered(self.day, seen)
            fired = signal.State.on_price(self, seen)
            if self.session_day:
                notes.take(self.day, seen, before)
            return fired

    return Watched
