"""Said by the clock."""

from datetime import datetime

from msgspec import field

from kis_actors.messages.base import Event


class ClockTicked(Event):
    """It is `now`. Cores have no other clock."""

    now: datetime


class ClockStepped(Event):
    """The wall clock was set, or the machine slept: where `from` was due, `to` is shown.

    Ticks go on from there; the times of records never run backwards.
    """

    from_: datetime = field(name="from")
    to: datetime
