"""SignalActor: reads the stream of trades and says when a rule's line is crossed."""

from datetime import date, datetime
from typing import NamedTuple, TypeAlias, Union

from msgspec import Struct

from kis_actors.actors.base import CoreActor
from kis_actors.kis.frames import FrameError, Tick, is_control, ticks_of
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    Event,
    FrameReceived,
    FrameRejected,
    Record,
    RunStarted,
    SessionClosed,
    SessionOpened,
    SignalRaised,
    UniverseLoaded,
)
from kis_actors.rules import RULES
from kis_actors.rules.sight import Crossing, Sight
from kis_actors.settings import Settings
from kis_actors.turn import Core

Memory: TypeAlias = Union[tuple(rule.Memory for rule in RULES.values())]  # type: ignore[valid-type] # noqa: UP007
"""What any rule remembers of one code; the rules' own types, told apart by their tags."""

OTHER_SESSIONS = ("1", "3", "5")
"""Pre-market, after-market and close-price trades: not what a regular-session signal is about."""


class LastPrice(Struct, frozen=True, gc=False):
    """The last trade of a code. traded_at: KIS's stamp, KST."""

    price_won: int
    traded_at: datetime


class Found(NamedTuple):
    """A crossing in the frame just read, and the trade that made it."""

    tick: Tick
    rule: str
    crossing: Crossing


class State(Struct, kw_only=True):
    """What the rules see. Updated in place: it changes with every trade.

    memories: per rule, per code. found, rejected: what the frame handled last held, for `decide`.
    """

    settings: Settings = Settings()
    is_session: bool = False
    stocks: dict[str, Stock] = {}
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    last_prices: dict[str, LastPrice] = {}
    memories: dict[str, dict[str, Memory]] = {}
    found: list[Found] = []
    rejected: str = ""

    def on_tick(self, code: str, price: int, ts: datetime) -> tuple[tuple[str, Crossing], ...]:
        """Notes the trade of `code` at `price` won, stamped `ts`; the crossings it makes, each with its rule's name."""
        self.last_prices[code] = LastPrice(price, ts)
        if not self.is_session:
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
    match event:
        case FrameReceived():
            _read(state, event)
        case RunStarted():
            state.settings = event.settings
        case UniverseLoaded():
            state.stocks = {stock.code: stock for stock in event.stocks}
        case BaselineLoaded():
            _set_closes(state, event.code, event.day, event.closes_won)
        case BaselineMissing():
            _set_closes(state, event.code, event.day, ())
        case SessionOpened():
            state.is_session, state.memories = True, {}
        case SessionClosed():
            state.is_session = False
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """A signal for every crossing in the frame, in its order; or why the frame was refused."""
    event = record.event
    if not isinstance(event, FrameReceived):
        return ()
    if state.rejected:
        return (FrameRejected(link=event.link, reason=state.rejected),)
    return tuple(_signal(state, found) for found in state.found)


def _read(state: State, event: FrameReceived) -> None:
    state.found, state.rejected = [], ""
    if is_control(event.text):
        return
    try:
        ticks = ticks_of(event.text)
    except FrameError as problem:
        state.rejected = str(problem)
        return
    for tick in ticks:
        if _counts(state, tick):
            crossings = state.on_tick(tick.code, tick.price_won, tick.traded_at)
            state.found += [Found(tick, name, crossing) for name, crossing in crossings]


def _counts(state: State, tick: Tick) -> bool:
    """Regular trades only: not expected prices of an auction, nor other sessions; all of them when always open."""
    if state.settings.market.hours == "always":
        return tick.hour_class == "0"
    return tick.hour_class == "0" and tick.market_class not in OTHER_SESSIONS


def _set_closes(state: State, code: str, day: date, closes_won: tuple[int, ...]) -> None:
    if day != state.baseline_day:
        state.baseline_day, state.closes_won = day, {}
    state.closes_won[code] = closes_won


def _signal(state: State, found: Found) -> SignalRaised:
    tick, crossing = found.tick, found.crossing
    stock = state.stocks.get(tick.code) or Stock(tick.code, tick.code, "KOSPI")
    return SignalRaised(
        code=tick.code, name=stock.name, market=stock.market, rule=found.rule,
        threshold=crossing.threshold, value=crossing.value, average_won=crossing.average_won,
        price_won=tick.price_won, change_ratio=tick.change_ratio, cum_turnover_won=tick.cum_turnover_won,
        observed_at=tick.traded_at, is_halted=tick.is_halted,
    )  # fmt: skip


LISTENS: tuple[type[Event], ...] = (
    FrameReceived, RunStarted, UniverseLoaded, BaselineLoaded, BaselineMissing, SessionOpened, SessionClosed,
)  # fmt: skip

CORE = Core(name="signal", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class SignalActor(CoreActor):
    """Only decides."""

    core = CORE
