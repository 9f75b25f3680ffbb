"""How the watching goes, for whoever asks in a chat. Part of NotifyActor."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.kis.feeds import TRADE_FEEDS
from kis_actors.messages import (
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    LinkBlocked,
    LinkLost,
    LinkOpened,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    SessionClosed,
    SessionOpened,
    SubscribeConfirmed,
    UnsubscribeConfirmed,
)

TRADES = tuple(TRADE_FEEDS.values())
HEARD: tuple[type[Event], ...] = (
    ScanCompleted, LinkOpened, LinkLost, LinkBlocked, SubscribeConfirmed, UnsubscribeConfirmed, DegradedModeEntered,
    DegradedModeLeft,
)  # fmt: skip
"""Besides what NotifyActor hears for other reasons."""


class Condition(Struct, frozen=True, kw_only=True):
    """closes: of the session, None outside one. quoted, failed: codes and calls of the last whole scan.

    link: open, down, or KIS's reason for blocking it. live: the codes that are streamed.
    """

    closes: datetime | None = None
    scanned_at: datetime | None = None
    quoted: int = 0
    failed: int = 0
    link: str = "down"
    live: tuple[str, ...] = ()
    is_safe: bool = False
    is_degraded: bool = False


def evolve(condition: Condition, event: Event, now: datetime | None) -> Condition:
    """The condition after `event`."""
    match event:
        case RunStarted() | LinkLost():
            return replace(condition, link="down", live=())
        case LinkOpened():
            return replace(condition, link="open")
        case LinkBlocked():
            return replace(condition, link=event.reason, live=())
        case SubscribeConfirmed() if event.feed in TRADES and event.code not in condition.live:
            return replace(condition, live=(*condition.live, event.code))
        case UnsubscribeConfirmed() if event.feed in TRADES:
            return replace(condition, live=tuple(code for code in condition.live if code != event.code))
    return _scanned(condition, event, now)


def _scanned(condition: Condition, event: Event, now: datetime | None) -> Condition:
    match event:
        case ScanCompleted() if event.scope == "all":
            return replace(condition, scanned_at=now, quoted=event.quoted, failed=event.failed)
        case SafeModeEntered() | SafeModeLeft():
            return replace(condition, is_safe=isinstance(event, SafeModeEntered))
        case DegradedModeEntered() | DegradedModeLeft():
            return replace(condition, is_degraded=isinstance(event, DegradedModeEntered))
        case SessionOpened():
            return replace(condition, closes=event.closes)
        case SessionClosed():
            return replace(condition, closes=None, is_degraded=False)
    return condition
