"""What the daemon is doing, as a person sees it: a picture drawn from the records as they pass. Decides nothing."""

from collections import deque
from datetime import date, datetime
from typing import Any

from msgspec import Struct, field

from kis_actors.kis.feeds import TRADE_FEEDS
from kis_actors.messages import (
    NAMES,
    AlertDecided,
    AlertSuppressed,
    BaselineLoaded,
    BaselineMissing,
    BaselineRequested,
    ClockTicked,
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    FrameReceived,
    FrameRejected,
    FramesDropped,
    HolidaysRequested,
    LinkBlocked,
    LinkLost,
    LinkOpened,
    LinkRequested,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    ScanFailed,
    ScanRequested,
    ScanReturned,
    SessionClosed,
    SessionOpened,
    SlotLimitChanged,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    Target,
    TargetsChanged,
    UniverseLoaded,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
    VenuesRequested,
)

ALERTS_SHOWN_MAX = 200
OUTCOMES: dict[type[Event], str] = {
    NotifyRequested: "asked", NotifySent: "sent", NotifyFailed: "failed", NotifyUnknown: "unknown",
}  # fmt: skip
_LASTING: tuple[type[Event], ...] = (
    SessionOpened, SessionClosed, BaselineLoaded, BaselineMissing, TargetsChanged, AlertDecided, SafeModeEntered,
    SafeModeLeft, DegradedModeEntered, DegradedModeLeft,
)  # fmt: skip
REMEMBERED = tuple(NAMES[kind][0] for kind in _LASTING)
"""What a view of a run that goes on with a day must have seen of the runs before."""


class View(Struct, kw_only=True):
    """Counts are since this process started, but alerts and averages, which are the log day's. Updated by `see`.

    tick_seq: of the last ClockTicked. subscriptions: by code and feed, what KIS knows of it and since when.
    rejects: frames refused, by kind.
    """

    log_seq: int = 0
    runs: int = 0
    now: datetime | None = None
    tick_seq: int = 0
    names: dict[str, str] = {}
    session: SessionOpened | None = None
    closed_day: date | None = None
    baselines_loaded: int = 0
    baselines_missing: int = 0
    scan: int = 0
    batches: int = 0
    batches_done: int = 0
    scans_ok: int = 0
    scans_failed: int = 0
    quoted: int = 0
    calls: int = 0
    last_scan_at: datetime | None = None
    last_scan_was_whole: bool = True
    targets: tuple[Target, ...] = ()
    subscriptions: dict[tuple[str, str], tuple[str, datetime]] = {}
    subscribes: int = 0
    unsubscribes: int = 0
    refusals: int = 0
    link: str = "down"
    link_reason: str = ""
    links_opened: int = 0
    links_lost: int = 0
    frames: int = 0
    frames_rejected: int = 0
    rejects: dict[str, int] = {}
    frames_dropped: int = 0
    last_frame_at: datetime | None = None
    is_safe: bool = False
    is_degraded: bool = False
    slot_limit: int | None = None
    stale: dict[str, int] = {}
    alerts: deque[AlertDecided] = field(default_factory=lambda: deque(maxlen=ALERTS_SHOWN_MAX))
    alerts_count: int = 0
    suppressed: int = 0
    deliveries: dict[str, dict[str, int]] = {}

    def see(self, records: list[Record]) -> None:
        """Takes note of durable records, in order."""
        last_frame = None
        for record in records:
            if isinstance(record.event, FrameReceived):  # by far the most
                self.frames += 1
                last_frame = record
            else:
                self._note(record)
        if last_frame:
            self.last_frame_at = last_frame.at
        self.log_seq = records[-1].seq if records else self.log_seq

    def _note(self, record: Record) -> None:
        event = record.event
        match event:
            case ClockTicked():
                self.now, self.tick_seq = event.now, record.seq
            case RunStarted():
                self.runs, self.link = self.runs + 1, "down"
                self.subscriptions, self.stale, self.slot_limit = {}, {}, None
            case UniverseLoaded():
                self.names = {stock.code: stock.name for stock in event.stocks}
            case SessionOpened():
                self.session = event
            case SessionClosed():
                self.session, self.closed_day = None, event.day
            case AlertDecided():
                self.alerts.append(event)
                self.alerts_count += 1
            case AlertSuppressed():
                self.suppressed += 1
            case FrameRejected():
                self.frames_rejected += 1
                self.rejects[event.kind] = self.rejects.get(event.kind, 0) + 1
            case FramesDropped():
                self.frames_dropped += event.count
            case NotifyRequested() | NotifySent() | NotifyFailed() | NotifyUnknown():
                self._note_delivery(event)
            case _:
                self._note_scan(record)
                self._note_link(record)

    def _note_scan(self, record: Record) -> None:
        event = record.event
        match event:
            case BaselineRequested():
                self.calls += 1
            case BaselineLoaded():
                self.baselines_loaded += 1
            case BaselineMissing():
                self.baselines_missing += 1
            case ScanRequested() if event.scope == "all":
                self.scan, self.batches, self.calls = event.scan, event.batches, self.calls + 1
                self.batches_done = 0 if event.batch == 1 else self.batches_done
            case ScanRequested() | HolidaysRequested() | VenuesRequested():
                self.calls += 1
            case ScanReturned() | ScanFailed() if event.scan == self.scan:
                self.batches_done += 1
            case SafeModeEntered() | SafeModeLeft():
                self.is_safe = isinstance(event, SafeModeEntered)
            case DegradedModeEntered() | DegradedModeLeft():
                self.is_degraded = isinstance(event, DegradedModeEntered)
            case ScanCompleted() if event.scope == "all":
                self.last_scan_at, self.quoted = record.at, event.quoted
                self.last_scan_was_whole = not event.failed
                self.scans_ok += not event.failed
                self.scans_failed += bool(event.failed)

    def _note_link(self, record: Record) -> None:
        event = record.event
        match event:
            case LinkRequested():
                self.link = "connecting"
                why = f" ({self.link_reason})" if self.link_reason else ""
                self.link_reason = f"in {event.wait_s:g} s{why}" if event.wait_s else ""
            case LinkOpened():
                self.link, self.link_reason, self.links_opened = "open", "", self.links_opened + 1
            case LinkLost():
                self.links_lost, self.subscriptions = self.links_lost + 1, {}
                if self.link != "blocked":
                    self.link, self.link_reason = "down", event.reason
            case StreamStale():
                self.stale[event.code] = event.link
            case StreamRestored():
                self.stale.pop(event.code, None)
            case LinkBlocked():
                never = "; no try before the daemon is started again" if event.wait_s < 0 else ""
                self.link, self.link_reason = "blocked", f"{event.reason}{never}"
            case SlotLimitChanged():
                self.slot_limit = None if event.is_usual else event.limit
            case TargetsChanged():
                self.targets = event.targets
            case SubscribeRequested() | SubscribeConfirmed() | SubscribeRefused() | UnsubscribeRequested():
                self._note_slot(event, record.at)
            case UnsubscribeConfirmed():
                self.subscriptions.pop((event.code, event.feed), None)

    def _note_slot(self, event: Any, at: datetime) -> None:
        match event:
            case SubscribeRequested():
                self.subscribes += 1
                state = "requested"
            case SubscribeConfirmed():
                state = "live"
            case UnsubscribeRequested():
                self.unsubscribes += 1
                state = "releasing"
            case _:
                self.refusals += 1
                state = "refused"
        self.subscriptions[event.code, event.feed] = (state, at)

    def _note_delivery(self, event: NotifyRequested | NotifySent | NotifyFailed | NotifyUnknown) -> None:
        counts = self.deliveries.setdefault(event.channel, dict.fromkeys(OUTCOMES.values(), 0))
        counts[OUTCOMES[type(event)]] += 1

    def live(self) -> int:
        """How many codes' trades KIS has subscribed for us."""
        trades = (state for (_, feed), (state, _) in self.subscriptions.items() if feed in TRADE_FEEDS.values())
        return sum(state == "live" for state in trades)

    def slot_of(self, code: str) -> str:
        """What KIS knows of the trades of `code`; waiting if nothing."""
        slots = (self.subscriptions.get((code, feed)) for feed in TRADE_FEEDS.values())
        return next((slot[0] for slot in slots if slot), "waiting")


def health(view: View, *, now: datetime, scan_interval_s: float, is_streaming: bool) -> tuple[str, ...]:
    """Why the daemon is not healthy; nothing means that it is. Outside the session it has nothing to be late with."""
    if view.session is None:
        return ()
    reasons = []
    if is_streaming and view.link != "open" and view.targets:
        reasons.append(f"link is {view.link}{': ' + view.link_reason if view.link_reason else ''}")
    if not view.last_scan_was_whole:
        reasons.append("the last scan was not complete")
    if view.last_scan_at and (now - view.last_scan_at).total_seconds() > 3 * scan_interval_s:
        reasons.append(f"no scan since {view.last_scan_at:%H:%M:%S}")
    if view.targets and view.link == "open" and not view.live():
        reasons.append("no code is subscribed")
    if refused := sum(state == "refused" for state, _ in view.subscriptions.values()):
        reasons.append(f"KIS refused {refused} subscriptions")
    if view.is_degraded:
        reasons.append("degraded mode: followed codes are scanned, not streamed")
    if view.slot_limit:
        reasons.append(f"processing lags: following {view.slot_limit} codes only")
    if view.is_safe:
        reasons.append("safe mode: scans fail")
    if view.stale:
        reasons.append(f"stale streams: {', '.join(view.stale)}")
    if view.frames_dropped:
        reasons.append(f"{view.frames_dropped} frames dropped")
    return tuple(reasons)
