"""SignalActor: reads trades off the stream and prices off the scans, and says when a rule's line is crossed."""

from datetime import date, datetime
from typing import NamedTuple, TypeAlias, Union

from msgspec import Struct

from kis_actors.actors.base import CoreActor
from kis_actors.kis.frames import FrameError, Tick, is_control, ticks_of
from kis_actors.kis.rest import Quote, quotes_of
from kis_actors.market.baseline import rebased
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    ClockTicked,
    Event,
    FrameReceived,
    FrameRejected,
    LinkLost,
    Record,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    ScanReturned,
    SessionClosed,
    SessionOpened,
    SignalRaised,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    SubscribeRefused,
    UniverseLoaded,
    UnsubscribeConfirmed,
)
from kis_actors.rules import RULES
from kis_actors.rules.sight import Crossing, Sight
from kis_actors.rules.staleness import Watch, heard, scanned
from kis_actors.settings import Settings
from kis_actors.turn import Core

Memory: TypeAlias = Union[tuple(rule.Memory for rule in RULES.values())]  # type: ignore[valid-type] # noqa: UP007
"""What any rule remembers of one code; the rules' own types, told apart by their tags."""

FRESH_S = 60
"""In safe mode only trades stamped within so many seconds of now are judged."""
OTHER_SESSIONS = ("1", "3", "5")
"""Pre-market, after-market and close-price trades: not what a regular-session signal is about."""


class LastPrice(Struct, frozen=True, gc=False):
    """The last trade of a code. traded_at: KIS's stamp, KST."""

    price_won: int
    traded_at: datetime


class Seen(NamedTuple):
    """One price of one code, from a trade or from a scan. seen_at: the trade's stamp, or when the scan came in."""

    code: str
    price_won: int
    change_ratio: float
    cum_turnover_won: int
    seen_at: datetime
    is_halted: bool
    source: str


class Found(NamedTuple):
    """A crossing in what was handled last, and the price that made it."""

    seen: Seen
    rule: str
    crossing: Crossing


class State(Struct, kw_only=True):
    """What the rules see. Updated in place: it changes with every trade.

    session_day: of the open session. cum_volumes: shares so far, by trades of the session. memories: per rule and code.
    link, live: the codes subscribed on the open link. is_safe: scans fail, so their prices are not judged.
    found, rejected, stale, restored: what the event handled last held, for `decide`.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    session_day: date | None = None
    stocks: dict[str, Stock] = {}
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    last_prices: dict[str, LastPrice] = {}
    cum_volumes: dict[str, int] = {}
    memories: dict[str, dict[str, Memory]] = {}
    link: int = 0
    live: dict[str, Watch] = {}
    is_safe: bool = False
    found: list[Found] = []
    rejected: str = ""
    stale: list[str] = []
    restored: list[str] = []

    def on_tick(self, code: str, price: int, ts: datetime) -> tuple[tuple[str, Crossing], ...]:
        """Notes the trade of `code` at `price` won, stamped `ts`; the crossings it makes, each with its rule's name."""
        self.last_prices[code] = LastPrice(price, ts)
        if not self.session_day:
            return ()
        sight = Sight(price, self.closes_won.get(code, ()), self.settings.monitor.signal)
        crossings = ((name, self._judge(name, code, sight)) for name in RULES)
        return tuple((name, crossing) for name, crossing in crossings if crossing)

    def _judge(self, name: str, code: str, sight: Sight) -> Crossing | None:
        rule, memories = RULES[name], self.memories.setdefault(name, {})
        memory, crossing = rule.judge(memories.get(code) or rule.Memory(), sight)
        memories[code] = memory
        return crossing  # type: ignore[no-any-return]


def evolve(state: State, event: Event) -> State:
    """The same state, after `event`."""
    state.found, state.rejected, state.stale, state.restored = [], "", [], []
    match event:
        case FrameReceived():
            _read_frame(state, event)
        case ScanReturned():
            _read_scan(state, event)
        case ClockTicked():
            state.now = event.now
        case RunStarted():
            state.settings, state.live = event.settings, {}
        case UniverseLoaded():
            state.stocks = {stock.code: stock for stock in event.stocks}
        case BaselineLoaded():
            _set_closes(state, event.code, event.day, event.closes_won)
        case BaselineMissing():
            _set_closes(state, event.code, event.day, ())
        case SessionOpened():
            state.session_day, state.memories, state.cum_volumes = event.day, {}, {}
        case SessionClosed():
            state.session_day = None
        case SafeModeEntered() | SafeModeLeft():
            state.is_safe = isinstance(event, SafeModeEntered)
        case SubscribeConfirmed():
            state.link, state.live[event.code] = event.link, Watch()
        case SubscribeRefused() | UnsubscribeConfirmed():
            state.live.pop(event.code, None)
        case LinkLost():
            state.live = {}
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """A signal for every crossing in the frame or scan, in its order; or why the frame was refused."""
    event = record.event
    if isinstance(event, FrameReceived) and state.rejected:
        return (FrameRejected(link=event.link, reason=state.rejected),)
    return (
        *(_signal(state, found) for found in state.found),
        *(StreamStale(code=code, link=state.link, volume_shares=_volume(state, code)) for code in state.stale),
        *(StreamRestored(code=code, link=state.link) for code in state.restored),
    )


def _volume(state: State, code: str) -> int:
    return state.live[code].volume_shares or 0


def _read_frame(state: State, event: FrameReceived) -> None:
    if is_control(event.text):
        return
    try:
        ticks = ticks_of(event.text)
    except FrameError as problem:
        state.rejected = str(problem)
        return
    for tick in ticks:
        watch = state.live.get(tick.code)
        if watch and heard(watch):
            state.restored.append(tick.code)
        if _is_regular(state, tick):
            state.cum_volumes[tick.code] = tick.cum_volume_shares
            _judge(state, _seen_traded(tick))


def _read_scan(state: State, event: ScanReturned) -> None:
    """Finds what falls far between two looks at it, and so was never near enough for a slot."""
    if state.now is None:
        return
    for code, quote in quotes_of(event.rows.each()).items():
        watch = state.live.get(code)
        if watch and state.session_day and scanned(watch, quote.cum_volume_shares):
            state.stale.append(code)
        is_behind = quote.cum_volume_shares < state.cum_volumes.get(code, 0)  # the stream has told more already
        if code in state.stocks and _is_todays(quote) and not is_behind and _is_trusted(state, quote):
            _judge(state, _seen_quoted(quote, state.now))


def _is_trusted(state: State, quote: Quote) -> bool:
    """Not in safe mode, nor while the average is on another basis than the price: ScanActor sends a right one."""
    closes_won = state.closes_won.get(quote.code, ())
    right_won = rebased(closes_won, quote.base_price_won, quote.previous_close_won)
    return not state.is_safe and right_won == closes_won


def _seen_traded(tick: Tick) -> Seen:
    ratio, turnover_won = tick.change_ratio, tick.cum_turnover_won
    return Seen(tick.code, tick.price_won, ratio, turnover_won, tick.traded_at, tick.is_halted, "trade")


def _seen_quoted(quote: Quote, now: datetime) -> Seen:
    return Seen(quote.code, quote.price_won, quote.change_ratio or 0.0, quote.cum_turnover_won, now, False, "scan")


def _judge(state: State, seen: Seen) -> None:
    crossings = state.on_tick(seen.code, seen.price_won, seen.seen_at)
    state.found += [Found(seen, name, crossing) for name, crossing in crossings]


def _is_regular(state: State, tick: Tick) -> bool:
    """Today's regular trades: not expected prices of an auction, other sessions or days; all days when always open."""
    if tick.hour_class != "0" or not state.settings.monitor.signal.use_intraday:
        return False
    if state.settings.market.hours == "always":
        return True
    if state.is_safe and state.now and abs((state.now - tick.traded_at).total_seconds()) > FRESH_S:
        return False
    return tick.market_class not in OTHER_SESSIONS and state.session_day in (None, tick.traded_at.date())


def _is_todays(quote: Quote) -> bool:
    """KIS shows the previous day's price until a code's first trade; its volume is zero by then."""
    return quote.hour_class in ("0", "") and quote.cum_volume_shares > 0


def _set_closes(state: State, code: str, day: date, closes_won: tuple[int, ...]) -> None:
    if day != state.baseline_day:
        state.baseline_day, state.closes_won = day, {}
    state.closes_won[code] = closes_won


def _signal(state: State, found: Found) -> SignalRaised:
    seen, crossing = found.seen, found.crossing
    stock = state.stocks.get(seen.code) or Stock(seen.code, seen.code, "KOSPI")
    return SignalRaised(
        code=seen.code, name=stock.name, market=stock.market, rule=found.rule,
        threshold=crossing.threshold, value=crossing.value, average_won=crossing.average_won,
        price_won=seen.price_won, change_ratio=seen.change_ratio, cum_turnover_won=seen.cum_turnover_won,
        observed_at=seen.seen_at, is_halted=seen.is_halted, source=seen.source,
    )  # fmt: skip


LISTENS: tuple[type[Event], ...] = (
    FrameReceived, ScanReturned, ClockTicked, RunStarted, UniverseLoaded, BaselineLoaded, BaselineMissing,
    SessionOpened, SessionClosed, SafeModeEntered, SafeModeLeft, SubscribeConfirmed, SubscribeRefused,
    UnsubscribeConfirmed, LinkLost,
)  # fmt: skip

CORE = Core(name="signal", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class SignalActor(CoreActor):
    """Only decides."""

    core = CORE
