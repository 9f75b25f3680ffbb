"""Decided by NotifyActor."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from kis_actors.messages.base import Event
from kis_actors.messages.signal import SignalRaised


class Button(Struct, frozen=True, gc=False):
    """What a person may press under a message; data comes back with the press."""

    label: str
    data: str


class Picture(Struct, frozen=True, gc=False):
    """All that a picture of an alert shows.

    line: the day's prices, as seconds of the day (KST) and won, in order. at_s: the moment of the alert.
    average_won, threshold_won: levels to draw, 0 for none.
    """

    title: str
    line: tuple[tuple[int, int], ...]
    at_s: int
    price_won: int
    average_won: float = 0.0
    threshold_won: float = 0.0


class NotifyRequested(Event):
    """A question, decided by NotifyActor: tell a person `text` by `channel`.

    attempt: the how manieth try; one that follows an unknown outcome says so in its text. kind: what it is about.
    is_silent: without a sound. facts: for machines, names and values. until: it is not worth sending later.
    is_repeat: of a message nobody knows the fate of. covers: the alerts it speaks of, if of several.
    chat: where an answer goes, as CommandReceived names it; "" is where alerts go.
    """

    alert_id: str
    channel: str
    attempt: int
    text: str
    kind: Literal["signal", "operator", "summary", "reply"] = "signal"
    is_silent: bool = False
    buttons: tuple[Button, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    picture: Picture | None = None
    until: datetime | None = None
    is_repeat: bool = False
    covers: tuple[str, ...] = ()
    chat: str = ""


class AlertDecided(Event):
    """A person is to be told of `signal`.

    alert_id: from rule, code and the signal's seq. decided_at: starts the cooldown.
    """

    alert_id: str
    signal: SignalRaised
    decided_at: datetime


class CommandAccepted(Event):
    """What a person asked for counts from now on.

    name: of the command. code: what it is about, if about one. until: of a snooze or a mute, None to the close.
    """

    update_id: int
    person: str
    chat: str
    name: str
    code: str = ""
    until: datetime | None = None
    press_id: str = ""


class CommandRefused(Event):
    """What a person said is no command, or one too many."""

    update_id: int
    person: str
    chat: str
    reason: str
    press_id: str = ""


class AlertHeld(Event):
    """The alert came in a burst, so it waits for the digest."""

    alert: AlertDecided


class DigestDecided(Event):
    """These alerts of a burst are told in one message, the farthest beyond its line first."""

    digest_id: str
    alerts: tuple[AlertDecided, ...]


class NotifyExpired(Event):
    """The message could not be delivered for so long that it is only recapped. title: its first line."""

    alert_id: str
    channel: str
    title: str


class OperatorSilenced(Event):
    """A person is not told about the daemon itself, because that was done often enough of late."""

    kind: str
    reason: str


class SummaryTold(Event):
    """A person is told that the session of `day` opened, or how it went."""

    alert_id: str
    day: date
    is_opening: bool


class OperatorTold(Event):
    """A person is to be told about the daemon itself. kind: the event it is about. told_at: starts a quiet time."""

    alert_id: str
    kind: str
    told_at: datetime


class AlertSuppressed(Event):
    """A signal that nobody is told of, and why."""

    code: str
    rule: str
    reason: str
    signal_seq: int
