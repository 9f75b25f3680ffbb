"""One log day as its notable records draw it: what the page shows beside the actors' states. Decides nothing."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field

from kis_actors.commands.deliveries import Ledger
from kis_actors.kis.feeds import TRADE_FEEDS
from kis_actors.messages import (
    NAMES,
    AlertDecided,
    AlertHeld,
    BaselineRequested,
    ClockTicked,
    DailyBarsReturned,
    DegradedModeEntered,
    Event,
    FrameReceived,
    HolidaysRequested,
    HolidaysReturned,
    LinkLost,
    LinkOpened,
    Record,
    RunEnded,
    RunStarted,
    SafeModeEntered,
    ScanCompleted,
    ScanRequested,
    ScanReturned,
    SettingsChanged,
    StateCarried,
    SubscribeConfirmed,
    UnsubscribeConfirmed,
    VenuesRequested,
    VenuesReturned,
)
from kis_actors.settings import Settings
from kis_actors.view import View

_HEAVY: tuple[type[Event], ...] = (
    FrameReceived, ClockTicked, ScanReturned, DailyBarsReturned, HolidaysReturned, VenuesReturned, StateCarried,
)  # fmt: skip
DRAWN_FROM = tuple(name for kind, (name, _) in NAMES.items() if kind not in _HEAVY)
"""All that a picture needs of a log; found by its index, without the frames between."""
CALLS = (ScanRequested, BaselineRequested, HolidaysRequested, VenuesRequested)
CALLS_KEPT = timedelta(seconds=60)
EVENTS_PER_CODE_MAX, SCANS_MAX, LINKS_MAX = 300, 1500, 200
SHOWN_FIELDS = ("rule", "reason", "value", "threshold", "price_won", "link", "kind", "channel", "feed", "volume_shares")


class Span(Struct):
    """Something lasted from `since` until `until`, None while it does. reason: why it ended."""

    since: datetime
    until: datetime | None = None
    reason: str = ""


class ScanDone(Struct, frozen=True):
    """A scan of all codes. failed: batches without an answer."""

    at: datetime
    number: int
    quoted: int
    failed: int


class Happened(Struct, frozen=True):
    """An event about one code, and what of it a person wants to read."""

    at: datetime
    seq: int
    type: str
    said: dict[str, Any]


class DayPicture(Struct, kw_only=True):
    """What was so after the last record noted, at `at`. Updated in place, record by record in order.

    spans: by code, when KIS had its trades subscribed. calls: REST questions of the last minute. links: each link.
    mode_reason: why safe or degraded mode was entered last. runs: each run of the daemon.
    """

    at: datetime | None = None
    view: View = field(default_factory=View)
    ledger: Ledger = field(default_factory=Ledger)
    settings: Settings = field(default_factory=Settings)
    is_dry_run: bool = False
    mode_reason: str = ""
    spans: dict[str, list[Span]] = {}
    events: dict[str, deque[Happened]] = {}
    calls: deque[datetime] = field(default_factory=deque)
    scans: deque[ScanDone] = field(default_factory=lambda: deque(maxlen=SCANS_MAX))
    links: deque[Span] = field(default_factory=lambda: deque(maxlen=LINKS_MAX))
    runs: deque[Span] = field(default_factory=lambda: deque(maxlen=LINKS_MAX))

    def note(self, record: Record) -> None:
        """What the record says."""
        self.at = record.at
        self.view.see([record])
        event = record.event
        if isinstance(event, _HEAVY):
            return
        self.ledger.note(record)
        if isinstance(event, CALLS):
            self._note_call(record.at)
        self._note_run(event, record.at)
        self._note_streams(event, record.at)
        if code := code_of(event):
            said = {name: getattr(event, name) for name in SHOWN_FIELDS if getattr(event, name, None) not in (None, "")}
            happened = Happened(record.at, record.seq, NAMES[type(event)][0], said)
            self.events.setdefault(code, deque(maxlen=EVENTS_PER_CODE_MAX)).append(happened)

    def _note_call(self, at: datetime) -> None:
        self.calls.append(at)
        while self.calls[0] < at - CALLS_KEPT:
            self.calls.popleft()

    def _note_run(self, event: Event, at: datetime) -> None:
        match event:
            case RunStarted():
                _end(self.runs, at, "died")
                self.runs.append(Span(at))
                self.settings, self.is_dry_run = event.settings, event.dry_run
                self._end_streams(at, "the daemon was started again")
            case RunEnded():
                _end(self.runs, at, event.reason)
            case SettingsChanged():
                self.settings = event.settings
            case SafeModeEntered() | DegradedModeEntered():
                self.mode_reason = event.reason
            case ScanCompleted() if event.scope == "all":
                self.scans.append(ScanDone(at, event.scan, event.quoted, event.failed))

    def _note_streams(self, event: Event, at: datetime) -> None:
        match event:
            case LinkOpened():
                self.links.append(Span(at))
            case LinkLost():
                self._end_streams(at, event.reason)
            case SubscribeConfirmed() if event.feed in TRADE_FEEDS.values():
                spans = self.spans.setdefault(event.code, [])
                if not spans or spans[-1].until:
                    spans.append(Span(at))
            case UnsubscribeConfirmed() if event.feed in TRADE_FEEDS.values():
                _end(self.spans.get(event.code, ()), at, "released")

    def _end_streams(self, at: datetime, reason: str) -> None:
        _end(self.links, at, reason)
        for spans in self.spans.values():
            _end(spans, at, reason)


def drawn(records: Iterable[Record]) -> DayPicture:
    """The picture after `records`; those of DRAWN_FROM are enough."""
    picture = DayPicture()
    for record in records:
        picture.note(record)
    return picture


def code_of(event: Any) -> str:
    """The code an event is about, "" if about none or many."""
    if isinstance(event, AlertHeld):
        event = event.alert
    if isinstance(event, AlertDecided):
        event = event.signal
    return str(getattr(event, "code", "") or "")


def _end(spans: Any, at: datetime, reason: str) -> None:
    if spans and spans[-1].until is None:
        spans[-1].until, spans[-1].reason = at, reason
