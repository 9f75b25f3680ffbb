"""What the stream and the scans tell SignalActor about the stream itself: silence, interruptions, new layouts."""

from datetime import date, datetime

from msgspec import Struct, field

from kis_actors.kis.feeds import TRADE_FEEDS, is_known_width
from kis_actors.kis.frames import Frame, FrameError
from kis_actors.kis.rest import Quote
from kis_actors.messages import (
    ClockTicked,
    Event,
    FrameWidthChanged,
    LinkLost,
    RunStarted,
    SessionClosed,
    SessionOpened,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    SubscribeRefused,
    TradingInterrupted,
    TradingResumed,
    UnsubscribeConfirmed,
)
from kis_actors.policies.interruption import (
    Interruption,
    Kind,
    changed,
    is_on,
    is_recent,
    kind_of,
    kind_of_tick,
    not_ended,
)
from kis_actors.policies.staleness import Watch, heard, scanned
from kis_actors.policies.widths import Widths

TRADES = tuple(TRADE_FEEDS.values())


class StreamWatch(Struct, kw_only=True):
    """Updated in place: it changes with every trade.

    link, live: the codes whose trades are subscribed on the open link; lost_link was lost last.
    interruptions: per code, the last one.
    stale, restored, changes, new_widths: what the event handled last showed; changes are of interruptions.
    """

    now: datetime | None = None
    session_day: date | None = None
    link: int = 0
    lost_link: int = 0
    live: dict[str, Watch] = {}
    interruptions: dict[str, Interruption] = {}
    widths: Widths = field(default_factory=Widths)
    stale: list[StreamStale] = []
    restored: list[StreamRestored] = []
    changes: list[tuple[str, Kind]] = []
    new_widths: list[FrameWidthChanged] = []

    @property
    def has_news(self) -> bool:
        """Whether there is anything to be said."""
        return bool(self.new_widths or self.restored or self.changes or self.stale)

    def said(self) -> tuple[Event, ...]:
        """What is to be said of the event handled last."""
        return (*self.new_widths, *self.restored, *(_change(*one) for one in self.changes), *self.stale)

    def is_interrupted(self, code: str) -> bool:
        """Whether no price of `code` may be judged now."""
        return self.now is not None and is_on(self.interruptions.get(code), self.now)

    def interruption_of(self, code: str) -> str:
        """What keeps `code` from trading now: vi, halt or ""."""
        return self.interruptions[code].kind if self.is_interrupted(code) else ""

    def was_interrupted(self, code: str) -> bool:
        """Whether there was an interruption a short while ago."""
        return self.now is not None and is_recent(self.interruptions.get(code), self.now)


def evolve(watch: StreamWatch, event: Event) -> None:
    """Forgets what was said, and notes what is subscribed."""
    forget_said(watch)
    match event:
        case ClockTicked():
            watch.now = event.now
        case RunStarted():
            watch.live = {}
        case LinkLost():
            watch.live, watch.lost_link = {}, event.link
        case SessionOpened():
            watch.session_day, watch.interruptions = event.day, {}
        case SessionClosed():
            watch.session_day = None
        case SubscribeConfirmed() if event.feed in TRADES and event.link > watch.lost_link:
            watch.link, watch.live[event.code] = event.link, Watch(feed=event.feed)
        case SubscribeRefused() | UnsubscribeConfirmed() if _is_watched(watch, event):
            watch.live.pop(event.code)


def forget_said(watch: StreamWatch) -> None:
    """Another event is handled."""
    watch.stale, watch.restored, watch.changes, watch.new_widths = [], [], [], []


def _is_watched(watch: StreamWatch, event: SubscribeRefused | UnsubscribeConfirmed) -> bool:
    """Whether that is the feed its trades come on; another may be given back while this one stays."""
    live = watch.live.get(event.code)
    return live is not None and live.feed == event.feed


def hear(watch: StreamWatch, frame: Frame) -> None:
    """Notes a frame that was read."""
    if watch.widths.refused or not is_known_width(frame.tr_id, frame.width):
        _note_width(watch, frame.tr_id, frame.width, is_readable=True)
    for tick in frame.ticks:
        live = watch.live.get(tick.code)
        if live is None:
            continue
        if heard(live):
            watch.restored.append(StreamRestored(code=tick.code, link=watch.link))
        kind = kind_of_tick(tick)
        if kind or tick.code in watch.interruptions:
            _note_interruption(watch, tick.code, kind, "trade")
    for status in frame.statuses:
        if status.code in watch.live:
            _note_interruption(watch, status.code, kind_of(status), "status")


def refuse(watch: StreamWatch, problem: FrameError) -> None:
    """Notes a frame that could not be read."""
    _note_width(watch, problem.tr_id, problem.width, is_readable=False)


def see(watch: StreamWatch, quote: Quote) -> None:
    """Notes a quote of a scan: its volume is the proof that a silent stream is stale."""
    live = watch.live.get(quote.code)
    if live and watch.session_day and scanned(live, quote.cum_volume_shares):
        watch.stale.append(StreamStale(code=quote.code, link=watch.link, volume_shares=quote.cum_volume_shares))
    kind, before = kind_of(quote), watch.interruptions.get(quote.code)
    if not kind and before and before.kind and (still := not_ended(before, quote.cum_volume_shares)):
        watch.interruptions[quote.code] = still
    else:
        _note_interruption(watch, quote.code, kind, "scan")


def _note_width(watch: StreamWatch, feed: str, width: int, *, is_readable: bool) -> None:
    if watch.widths.is_news(feed, width, is_readable=is_readable):
        known = watch.widths.known(feed, width)
        watch.new_widths.append(FrameWidthChanged(feed=feed, width=width, known=known, is_readable=is_readable))


def _note_interruption(watch: StreamWatch, code: str, kind: Kind, source: str) -> None:
    before = watch.interruptions.get(code)
    if (not kind and before is None) or watch.now is None or not watch.session_day:
        return
    change = changed(before, kind, source, watch.now)
    if change is None:
        return
    watch.interruptions[code] = change
    watch.changes.append((code, kind))


def _change(code: str, kind: Kind) -> TradingInterrupted | TradingResumed:
    return TradingInterrupted(code=code, kind=kind) if kind else TradingResumed(code=code)
