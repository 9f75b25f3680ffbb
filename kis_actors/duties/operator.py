"""What a person is told about the daemon itself: what is news, and how often. Part of NotifyActor."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.messages import (
    AccountRefused,
    BaselinesCompleted,
    CalendarDisputed,
    ClockStepped,
    ClockTicked,
    CodesUnquoted,
    DegradedModeEntered,
    DegradedModeLeft,
    DiskLow,
    Event,
    FramesDropped,
    FrameWidthChanged,
    LinkBlocked,
    OperatorSilenced,
    OperatorTold,
    SafeModeEntered,
    SafeModeLeft,
    SessionDoubted,
    SessionTrusted,
    SettingsChanged,
    SettingsRefused,
    SettingsUnchanged,
    SlotLimitChanged,
    StreamGivenUp,
    SubscriptionsShort,
    UniverseLoaded,
    UniverseRefused,
)

QUIET_S = 1800
HOUR_S = 3600
ALWAYS_TOLD: tuple[type[Event], ...] = (
    SafeModeEntered, SafeModeLeft, CalendarDisputed, SessionDoubted, SessionTrusted, UniverseRefused, UniverseLoaded,
    BaselinesCompleted, FrameWidthChanged, CodesUnquoted, AccountRefused, SettingsChanged, SettingsRefused,
    SettingsUnchanged,
)  # fmt: skip
"""Seldom enough to be told each time."""
TOLD_SELDOM: tuple[type[Event], ...] = (
    LinkBlocked, DegradedModeEntered, SlotLimitChanged, StreamGivenUp, SubscriptionsShort, FramesDropped,
    ClockStepped, DiskLow,
)  # fmt: skip
"""Possibly every minute: once a while is enough."""
NEVER_SILENCED: tuple[type[Event], ...] = (
    AccountRefused, SafeModeEntered, SafeModeLeft, DegradedModeLeft, SettingsChanged, SettingsRefused,
    SettingsUnchanged, DiskLow,
)  # fmt: skip
HEARD: tuple[type[Event], ...] = (*ALWAYS_TOLD, *TOLD_SELDOM, DegradedModeLeft)

DEGRADED, LAG = "DegradedModeEntered", "SlotLimitChanged"
ENDS = {DEGRADED: "DegradedModeLeft", LAG: "SlotLimitChanged back"}
"""Topics of troubles, and of their ends, which are told only to whom the trouble was."""


class Operator(Struct, frozen=True, kw_only=True):
    """told: when, by topic. troubles: those told whose end a person should hear of too. recent: the latest messages.

    silenced: when it was last said, by topic, that messages about it are for the log alone.
    """

    now: datetime | None = None
    told: dict[str, datetime] = {}
    troubles: tuple[str, ...] = ()
    recent: tuple[datetime, ...] = ()
    silenced: dict[str, datetime] = {}

    def has_budget(self, event: Event, now: datetime, per_hour: int) -> bool:
        """Whether one more message may be sent within the hour."""
        lately = [at for at in self.recent if _is_within_hour(at, now)]
        return isinstance(event, NEVER_SILENCED) or len(lately) < per_hour

    def is_silenced(self, kind: str, now: datetime) -> bool:
        """Whether the hour is not over since it was said that nothing about `kind` is told: once is enough for it."""
        return kind in self.silenced and _is_within_hour(self.silenced[kind], now)


def evolve(operator: Operator, event: Event) -> Operator:
    """What a person knows after `event`."""
    match event:
        case ClockTicked():
            return replace(operator, now=event.now)
        case OperatorSilenced() if operator.now:
            return _silenced(operator, event.kind, operator.now)
        case OperatorTold():
            return _told(operator, event)
        case DegradedModeLeft() if not event.is_back:
            return _over(operator, DEGRADED)
    return operator


def topic_of(event: Event) -> str:
    """What a message is about: of one topic one is enough for a while."""
    match event:
        case LinkBlocked():
            return f"LinkBlocked {'in use' if event.is_in_use else 'key' if event.needs_key else ''}".strip()
        case StreamGivenUp():
            return f"StreamGivenUp {event.code}"
        case SlotLimitChanged() if event.is_usual:
            return ENDS[LAG]
    return type(event).__name__


def is_news(operator: Operator, event: Event, now: datetime) -> bool:
    """Whether it is about the daemon itself, and nobody was told of such for a while if it may come every minute."""
    match event:
        case DegradedModeLeft():
            return DEGRADED in operator.troubles and event.is_back
        case DegradedModeEntered() if DEGRADED not in operator.troubles:
            return True  # the last word was that the stream is back
        case LinkBlocked() if event.wait_s <= 0:
            return event.wait_s < 0  # a new key at once is the cure, and no news
        case SlotLimitChanged() if event.is_usual:
            return LAG in operator.troubles
    if not isinstance(event, TOLD_SELDOM):
        return isinstance(event, ALWAYS_TOLD)
    last = operator.told.get(topic_of(event))
    return last is None or (now - last).total_seconds() >= QUIET_S


def _told(operator: Operator, event: OperatorTold) -> Operator:
    recent = tuple(at for at in operator.recent if _is_within_hour(at, event.told_at))
    told = {**operator.told, event.kind: event.told_at}
    operator = replace(operator, told=told, recent=(*recent, event.told_at))
    if event.kind in ENDS:
        return replace(operator, troubles=(*_over(operator, event.kind).troubles, event.kind))
    return _over(operator, next((begin for begin, end in ENDS.items() if end == event.kind), ""))


def _silenced(operator: Operator, kind: str, now: datetime) -> Operator:
    lately = {other: at for other, at in operator.silenced.items() if _is_within_hour(at, now)}
    return replace(operator, silenced={**lately, kind: now})


def _is_within_hour(at: datetime, now: datetime) -> bool:
    return (now - at).total_seconds() < HOUR_S


def _over(operator: Operator, trouble: str) -> Operator:
    return replace(operator, troubles=tuple(other for other in operator.troubles if other != trouble))
