"""SignalActor: reads trades off the stream and prices off the scans, and says when a rule's line is crossed."""

from datetime import date, datetime
from typing import NamedTuple, TypeAlias, Union

from msgspec import Struct, field

from kis_actors.actors.base import CoreActor
from kis_actors.duties import stream_watch
from kis_actors.duties.stream_watch import StreamWatch
from kis_actors.kis.frames import FrameError, Tick, frame_of, is_control
from kis_actors.kis.rest import Quote, quotes_of
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    ClockTicked,
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    FrameOversized,
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
    SubscribeConfirmed,
    SubscribeRefused,
    UniverseLoaded,
    UnsubscribeConfirmed,
)
from kis_actors.rules import RULES
from kis_actors.rules.freshness import Regular, is_regular_trade, is_usable_quote
from kis_actors.rules.order import Order
from kis_actors.rules.sight import Crossing, Sight
from kis_actors.rules.vintage import Looks, vintage_of
from kis_actors.settings import Settings
from kis_actors.turn import Core

Memory: TypeAlias = Union[tuple(rule.Memory for rule in RULES.values())]  # type: ignore[valid-type] # noqa: UP007
"""What any rule remembers of one code; the rules' own types, told apart by their tags."""


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
    source: str


class Found(NamedTuple):
    """A crossing in what was handled last, and the price that made it."""

    seen: Seen
    rule: str
    crossing: Crossing


class State(Struct, kw_only=True):
    """What the rules see. Updated in place: it changes with every trade.

    session_day, regular: of the open session. order: how far the trades of each code have come.
    memories: per rule and code. looks: the first quotes of the session.
    is_safe: scans fail, so their prices are not judged. is_degraded: the stream is down.
    found, rejected: what the event handled last held, for `decide`.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    session_day: date | None = None
    regular: Regular | None = None
    stocks: dict[str, Stock] = {}
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    last_prices: dict[str, LastPrice] = {}
    order: Order = field(default_factory=Order)
    memories: dict[str, dict[str, Memory]] = {}
    looks: Looks = field(default_factory=Looks)
    watch: StreamWatch = field(default_factory=StreamWatch)
    is_safe: bool = False
    is_degraded: bool = False
    found: list[Found] = []
    rejected: FrameRejected | None = None

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
    state.found, state.rejected = [], None
    stream_watch.evolve(state.watch, event)
    match event:
        case FrameReceived():
            _read_frame(state, event)
        case FrameOversized():
            reason = f"a frame of {event.characters:,} characters, far more than any has"
            state.rejected = FrameRejected(link=event.link, reason=reason, kind="oversize")
        case ScanReturned():
            _read_scan(state, event)
        case ClockTicked():
            state.now = event.now
        case RunStarted():
            state.settings = event.settings
        case UniverseLoaded():
            state.stocks = {stock.code: stock for stock in event.stocks}
        case BaselineLoaded():
            _set_closes(state, event.code, event.day, event.closes_won)
        case BaselineMissing():
            _set_closes(state, event.code, event.day, ())
        case SessionOpened():
            _open(state, event)
        case SessionClosed():
            state.session_day = None
        case SafeModeEntered() | SafeModeLeft():
            state.is_safe = isinstance(event, SafeModeEntered)
        case DegradedModeEntered() | DegradedModeLeft():
            state.is_degraded = isinstance(event, DegradedModeEntered)
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """A signal for every crossing in the frame or scan, in its order; or why the frame was refused."""
    rejected = (state.rejected,) if state.rejected else ()
    return (*rejected, *(_signal(state, found) for found in state.found), *state.watch.said())


def _open(state: State, event: SessionOpened) -> None:
    state.session_day, state.memories, state.order, state.looks = event.day, {}, Order(), Looks()
    state.regular = Regular(event.regular_opens or event.opens, event.regular_closes or event.closes)


def _read_frame(state: State, event: FrameReceived) -> None:
    if is_control(event.text):
        return
    try:
        frame = frame_of(event.text)
    except FrameError as problem:
        state.rejected = FrameRejected(link=event.link, reason=str(problem), kind=problem.reason)
        stream_watch.refuse(state.watch, problem)
        return
    stream_watch.hear(state.watch, frame)
    for tick in frame.ticks:
        if _is_judged(state, tick) and state.order.is_next(tick):
            _judge(state, _seen_traded(tick))


def _is_judged(state: State, tick: Tick) -> bool:
    is_regular = is_regular_trade(
        tick, state.settings, session_day=state.session_day, regular=state.regular, now=state.now, is_safe=state.is_safe
    )
    return is_regular and not tick.is_halted


def _read_scan(state: State, event: ScanReturned) -> None:
    """Finds what falls far between two looks at it, and so was never near enough for a slot."""
    if state.now is None or not state.session_day:
        return
    for code, quote in quotes_of(event.rows.each()).items():
        if code not in state.stocks:
            continue
        stream_watch.see(state.watch, quote)
        if _is_todays(state, quote) and _is_usable(state, quote, state.now):
            _judge(state, _seen_quoted(quote, state.now))


def _is_todays(state: State, quote: Quote) -> bool:
    """If the closes cannot tell, a quote that has moved since the first look is."""
    has_moved = state.looks.has_moved(quote)
    vintage = vintage_of(quote, state.closes_won.get(quote.code, ()))
    return vintage == "today" or (vintage == "unknown" and has_moved)


def _is_usable(state: State, quote: Quote, now: datetime) -> bool:
    """Nor is it while scans fail or trading is interrupted, or if the stream has told more already."""
    is_behind = quote.cum_volume_shares < state.order.volume_of(quote.code)
    if state.is_safe or is_behind or state.watch.is_interrupted(quote.code):
        return False
    closes_won, flags = state.closes_won.get(quote.code, ()), state.stocks[quote.code].flags
    return is_usable_quote(quote, closes_won, flags, state.settings, regular=state.regular, now=now)


def _seen_traded(tick: Tick) -> Seen:
    return Seen(tick.code, tick.price_won, tick.change_ratio, tick.cum_turnover_won, tick.traded_at, "trade")


def _seen_quoted(quote: Quote, now: datetime) -> Seen:
    return Seen(quote.code, quote.price_won, quote.change_ratio or 0.0, quote.cum_turnover_won, now, "scan")


def _judge(state: State, seen: Seen) -> None:
    crossings = state.on_tick(seen.code, seen.price_won, seen.seen_at)
    state.found += [Found(seen, name, crossing) for name, crossing in crossings]


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
        observed_at=seen.seen_at, source=seen.source, remarks=_remarks(state, stock),
    )  # fmt: skip


def _remarks(state: State, stock: Stock) -> tuple[str, ...]:
    unusual = (("interrupted", state.watch.was_interrupted(stock.code)), ("degraded", state.is_degraded))
    return (*(word for word, applies in unusual if applies), *stock.flags)


LISTENS: tuple[type[Event], ...] = (
    FrameReceived, FrameOversized, ScanReturned, ClockTicked, RunStarted, UniverseLoaded, BaselineLoaded,
    BaselineMissing, SessionOpened, SessionClosed, SafeModeEntered, SafeModeLeft, DegradedModeEntered, DegradedModeLeft,
    SubscribeConfirmed, SubscribeRefused, UnsubscribeConfirmed, LinkLost,
)  # fmt: skip

CORE = Core(name="signal", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class SignalActor(CoreActor):
    """Only decides."""

    core = CORE
