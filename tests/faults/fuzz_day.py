"""All that comes from outside, one kind after another, through all five actors in the middle of a day.

What it comes to stays in their states, and so is met by what comes next.
"""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from days import CODES, UNIVERSE, Day, run_of_the_day
from facts import tick
from kis.recordings import FOUR_OF_46, IN_USE, ONE_OF_47, PINGPONG, QUOTE, STATUS, SUBSCRIBED, THREE_OF_47

from kis_actors.cores import CORES
from kis_actors.messages import ClockTicked, Event, FrameReceived

from .fuzz import Fuzz, Heard, Reading, answer, heard, kinds_of_answers, poll_into, require_readable, take, update
from .mangle import mangled_text

FRAMES = (ONE_OF_47, FOUR_OF_46, THREE_OF_47, QUOTE, STATUS, SUBSCRIBED, PINGPONG, IN_USE)
SEPARATORS = "^^^^|"


class Market:
    """A quarter past ten, with averages, prices and two streams; and what comes to it."""

    def __init__(self) -> None:
        self.day = day = Day(seed=1)
        day.observe("app", run_of_the_day(), UNIVERSE)
        day.observe("clock", tick("08:59:50"))
        day.settle()
        for time_of_day in ("09:00:00", "09:01:00", "10:15:00"):
            day.tick(time_of_day)
        self._read = len(day.units)
        self._poll = poll_into(Heard(lambda event: self.hear("telegram", event)))
        self._answers = kinds_of_answers(bars=30)

    def make(self, chance: Random) -> tuple[str, Any]:
        """What comes next, and from where."""
        stream = chance.choice(("socket", "socket", "rest", "telegram"))
        if stream == "socket":
            return stream, _frame(chance)
        return stream, answer(self._answers, chance) if stream == "rest" else update(chance)

    def read(self, made: tuple[str, Any]) -> bool:
        """As its edge does; whether the actors were told."""
        stream, content = made
        before = len(self.day.units)
        if stream == "telegram":
            take(self._poll, content)
        elif event := heard(content) if stream == "rest" else FrameReceived(link=1, text=content):
            self.hear(stream, event)
        return len(self.day.units) > before

    def hear(self, stream: str, event: Event) -> None:
        """All that follows from it, also when the clock goes on; and the log could be read again."""
        day = self.day
        day.observe(stream, event)
        day.settle()
        day.now += timedelta(seconds=3)
        day.observe("clock", ClockTicked(now=day.now))
        day.settle()
        for unit in day.units[self._read :]:
            for record in unit:
                require_readable(record.event)
        for core in CORES:
            state = day.states[core.name]
            assert msgspec.json.decode(msgspec.json.encode(state), type=core.state) == state, f"state of {core.name}"
        self._read = len(day.units)


def _frame(chance: Random) -> str:
    """Of today's codes and time, mostly, so that it gets far."""
    text = chance.choice(FRAMES)
    for code in ("005930", "000100"):
        text = text.replace(code, chance.choice(CODES))
    for day in ("20260914", "20240530", "20240507"):
        text = text.replace(day, "20261120")
    return mangled_text(text, SEPARATORS, chance)


def begin(folder: Path) -> Reading:
    """A market of its own."""
    market = Market()
    return Reading(market.make, market.read)


ALL = (Fuzz("fuzz-day", 240, 100, begin),)
