"""A person to be told, and channels that answer as scripted: NotifyActor's core hears them second by second."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from facts import at, raised, started
from msgspec.structs import replace

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.messages import (
    ClockTicked,
    Event,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
    RunStarted,
    SignalRaised,
)
from kis_actors.turn import take_turn
from kis_actors.units import ns_of_instant

Answer = Callable[[NotifyRequested], Event | None]
TELEGRAM: dict[str, Any] = {"language": "en", "log": {"enabled": False}, "telegram": {"enabled": True}}
BOTH: dict[str, Any] = {**TELEGRAM, "discord": {"enabled": True}}


def sent(asked: NotifyRequested) -> Event:
    return NotifySent(alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt)


def unknown(asked: NotifyRequested) -> Event:
    return NotifyUnknown(alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt, reason="no answer")


def failed(asked: NotifyRequested, retry_after_s: float) -> Event:
    return NotifyFailed(
        alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt, reason="test",
        retry_after_s=retry_after_s,
    )  # fmt: skip


def unanswered(asked: NotifyRequested) -> None:
    """The daemon ends before an answer comes."""


def refused(asked: NotifyRequested) -> Event:
    return failed(asked, -1.0)


def unconnected(asked: NotifyRequested) -> Event:
    return failed(asked, 5.0)


def busy_for(seconds: float) -> Answer:
    """HTTP 429, with a retry_after."""
    return lambda asked: failed(asked, seconds)


def run(**notify: Any) -> RunStarted:
    return started(notify={**TELEGRAM, **notify})


def signal_of(number: int, value: float = -0.0812) -> SignalRaised:
    """Of code `number`, so far from the average; its line is at -8 %."""
    return replace(raised(f"{number:06}", name=f"name {number}"), value=value)


class Person:
    """Listens from 10:00:00. Each channel answers at once as in `answers`, else that it sent the message.

    The state is written and read back before every turn, as at a restart.
    """

    def __init__(self, start: str = "10:00:00", answers: dict[str, Answer] | None = None, **notify: Any) -> None:
        self.state, self.now, self.seq = NOTIFY.state(), at(start), 0
        self.answers = answers or {}
        self.decided: list[tuple[str, Event]] = []
        self.hear(run(**notify))
        self.hear(ClockTicked(now=self.now))

    def hear(self, event: Event) -> None:
        """One turn, and the answers to what it asks."""
        self.seq += 1
        record = Record(seq=self.seq, stream="test", cause=0, at_ns=ns_of_instant(self.now), event=event)
        self.state, decided = take_turn(NOTIFY, carried(self.state), record)
        self.decided += [(f"{self.now:%H:%M:%S}", one) for one in decided]
        for asked in (one for one in decided if isinstance(one, NotifyRequested)):
            if answer := self.answers.get(asked.channel, sent)(asked):
                self.hear(answer)

    def until(self, time_of_day: str) -> "Person":
        """The clock ticks every second."""
        while self.now < at(time_of_day):
            self.now += timedelta(seconds=1)
            self.hear(ClockTicked(now=self.now))
        return self

    def skip_to(self, time_of_day: str) -> "Person":
        """The next tick comes then, as after a stop."""
        self.now = at(time_of_day)
        self.hear(ClockTicked(now=self.now))
        return self

    def signals(self, *numbers: int, value: float = -0.0812) -> "Person":
        """A signal of each code, all at this second."""
        for number in numbers:
            self.hear(signal_of(number, value))
        return self

    def all_of(self, *kinds: type[Event]) -> list[Any]:
        return [one for _, one in self.decided if isinstance(one, kinds)]

    def asked(self, channel: str = "telegram") -> list[NotifyRequested]:
        return [one for one in self.all_of(NotifyRequested) if one.channel == channel]

    def times(self, channel: str = "telegram") -> list[str]:
        """When this channel was asked."""
        requests = ((time, one) for time, one in self.decided if isinstance(one, NotifyRequested))
        return [time for time, one in requests if one.channel == channel]

    def recaps(self, channel: str = "telegram") -> list[NotifyRequested]:
        return [one for one in self.asked(channel) if one.alert_id.startswith("recap-") and one.attempt == 1]

    def digests(self, channel: str = "telegram") -> list[NotifyRequested]:
        return [one for one in self.asked(channel) if one.alert_id.startswith("digest-") and one.attempt == 1]


def carried(state: Any) -> Any:
    """As it is read at a restart."""
    return msgspec.json.decode(msgspec.json.encode(state), type=NOTIFY.state)
