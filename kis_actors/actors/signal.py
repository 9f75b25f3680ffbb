"""SignalActor: reads trades off the stream and prices off the scans, and says when a rule counts."""

from datetime import date, datetime
from functools import cached_property

from msgspec import Struct, field

from kis_actors.actors.base import CoreActor
from kis_actors.duties import judgement, stream_watch
from kis_actors.duties.judgement import Judgement
from kis_actors.duties.raising import Found, found_by, signal_of
from kis_actors.duties.stream_watch import StreamWatch
from kis_actors.frames_read import FrameRead
from kis_actors.kis.frames import FrameError, Tick, frame_of, is_control
from kis_actors.kis.rest import Quote, quotes_in
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    ClockTicked,
    CommandAccepted,
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    FrameOversized,
    FrameReceived,
    FrameRejected,
    FramesDropped,
    LinkLost,
    Record,
    ReplyGiven,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    ScanReturned,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    SignalRaised,
    SubscribeConfirmed,
    SubscribeRefused,
    UniverseLoaded,
    UnsubscribeConfirmed,
)
from kis_actors.policies.freshness import (
    Regular,
    Terms,
    is_usable_quote,
    part_of,
    regular_of,
    terms_of,
)
from kis_actors.policies.order import Order
from kis_actors.policies.vintage import Looks, vintage_of
from kis_actors.settings import Settings
from kis_actors.signals.engine import Fired
from kis_actors.signals.outlook import LastPrice, Seen
from kis_actors.signals.standing import Explanation
from kis_actors.turn import Core
from kis_actors.units import KST
from kis_actors.watch_texts import why_text


class State(Struct, kw_only=True, dict=True):
    """What the rules see. Updated in place: it changes with every trade.

    session_day, regular: of the open session. last_prices: of it or, until the next one opens, the one before.
    order: how far the trades of each code have come.
    day: what the rules remember. looks: the first quotes of the session.
    is_safe: scans fail, so their prices are not judged. is_degraded: the stream is down.
    found, rejected: what the event handled last held, for `decide`.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    session_day: date | None = None
    regular: Regular | None = None
    stocks: dict[str, Stock] = {}
    last_prices: dict[str, LastPrice] = {}
    order: Order = field(default_factory=Order)
    day: Judgement = field(default_factory=Judgement)
    looks: Looks = field(default_factory=Looks)
    watch: StreamWatch = field(default_factory=StreamWatch)
    is_safe: bool = False
    is_degraded: bool = False
    found: list[Found] = []
    rejected: FrameRejected | None = None

    @cached_property
    def terms(self) -> Terms:
        """On which trades are judged; never stored, and forgotten when what it is made of changes."""
        return terms_of(self.settings, self.session_day, self.regular)

    def on_tick(self, code: str, price: int, ts: datetime) -> tuple[Fired, ...]:
        """Notes a trade of `code` at `price` won, stamped `ts`; the rules that count with it."""
        return self.on_price(Seen(code, price, 0.0, 0, 0, ts, "trade"))

    def on_price(self, seen: Seen) -> tuple[Fired, ...]:
        """Notes a price; the rules that count with it."""
        if not seen.interruption:
            self.last_prices[seen.code] = LastPrice(  # by position, at half the cost of names
                seen.price_won, seen.seen_at, seen.change_ratio, seen.cum_turnover_won, seen.source
            )  # fmt: skip
        return judgement.consider(self.day, seen) if self.session_day else ()


def evolve(state: State, event: Event) -> State:
    """The same state, after `event`."""
    if state.found or state.rejected:
        state.found, state.rejected = [], None
    if isinstance(event, FrameReceived):  # what nearly every event is; nothing of it but the frame counts
        if state.watch.has_news:
            stream_watch.forget_said(state.watch)
        _read_frame(state, event)
        return state
    if isinstance(event, CHANGES_TERMS):
        state.__dict__.clear()
    stream_watch.evolve(state.watch, event)
    judgement.evolve(state.day, event, state.now)
    match event:
        case FrameOversized():
            reason = f"a frame of {event.characters:,} characters, far more than any has"
            state.rejected = FrameRejected(link=event.link, reason=reason, kind="oversize")
        case ScanReturned():
            _read_scan(state, event)
        case ClockTicked():
            _tick(state, event.now)
        case RunStarted() | SettingsChanged():
            state.settings = event.settings
        case UniverseLoaded():
            state.stocks = {stock.code: stock for stock in event.stocks}
        case SessionOpened():
            state.session_day, state.order, state.looks, state.last_prices = event.day, Order(), Looks(), {}
            state.regular = regular_of(event.regular_opens or event.opens, event.regular_closes or event.closes)
        case SessionClosed():
            state.session_day = None
        case SafeModeEntered() | SafeModeLeft():
            state.is_safe = isinstance(event, SafeModeEntered)
        case DegradedModeEntered() | DegradedModeLeft():
            state.is_degraded = isinstance(event, DegradedModeEntered)
    return state


CHANGES_TERMS = (RunStarted, SettingsChanged, SessionOpened, SessionClosed)


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """A signal for every rule that counts, in the order of the prices; or why the frame was refused; or an answer."""
    if isinstance(record.event, CommandAccepted):
        return _answer(state, record.event)
    if not (state.found or state.rejected or state.watch.has_news):
        return ()
    rejected = (state.rejected,) if state.rejected else ()
    return (*rejected, *(_signal(state, found) for found in state.found), *state.watch.said())


def explained(state: State, code: str) -> Explanation:
    """Why there is or is not a signal of `code` now."""
    last, watch = state.last_prices.get(code), state.watch
    stock = state.stocks.get(code) or Stock(code, code, "KOSPI")
    return Explanation(
        code=code, name=stock.name, market=stock.market, price_won=last.price_won if last else 0,
        change_ratio=last.change_ratio if last else 0.0, seen_at=last.traded_at if last else None,
        source=last.source if last else "", is_in_session=state.session_day is not None, is_live=code in watch.live,
        interruption=watch.interruption_of(code), is_safe=state.is_safe,
        standings=judgement.standings(state.day, code, state.now),
    )  # fmt: skip


def _answer(state: State, asked: CommandAccepted) -> tuple[Event, ...]:
    if asked.name != "why":
        return ()
    text = why_text(explained(state, asked.code), state.settings.notify.language)
    return (ReplyGiven(update_id=asked.update_id, chat=asked.chat, text=text, code=asked.code),)


def _tick(state: State, now: datetime) -> None:
    state.now = now.astimezone(KST)  # as trades are stamped, see freshness.regular_of
    if state.session_day:
        for seen, fired in judgement.held_on(state.day, now):
            state.found.append(found_by(seen, fired))


def _read_frame(state: State, event: FrameReceived) -> None:
    try:
        frame = event.frame if isinstance(event, FrameRead) else frame_of(event.text)
    except FrameError as problem:
        if is_control(event.text):
            return
        state.rejected = FrameRejected(link=event.link, reason=str(problem), kind=problem.reason)
        stream_watch.refuse(state.watch, problem)
        return
    stream_watch.hear(state.watch, frame)
    if state.watch.changes:
        _judge_interruptions(state)
    for tick in frame.ticks:
        _use_tick(state, tick)


def _use_tick(state: State, tick: Tick) -> None:
    terms, now, code, price_won = state.terms, state.now, tick.code, tick.price_won
    moment = terms.moment_of(tick.traded_s)
    part = part_of(tick, moment, terms, now, is_safe=state.is_safe)
    if not (part and state.order.is_next(tick)):
        return
    outlook, high_won, low_won = judgement.outlook_of(state.day, code), tick.day_high_won, tick.day_low_won
    if is_within := high_won > price_won > low_won > 0:
        outlook.note_extremes(high_won, low_won)
    age_s = (now - moment.at).total_seconds() if now and not terms.is_always else 0.0
    seen = Seen(
        code, price_won, tick.change_ratio, tick.cum_volume_shares, tick.cum_turnover_won, moment.at,
        "trade", tick.previous_volume_same_time_shares, part == "regular", age_s,
    )  # fmt: skip
    for fired in state.on_price(seen):
        state.found.append(found_by(seen, fired))
    if not is_within:
        outlook.note_extremes(high_won, low_won)


def _judge_interruptions(state: State) -> None:
    for code, kind in state.watch.changes:
        if not kind:
            judgement.resume(state.day, code)
        elif state.now:
            last = state.last_prices.get(code, LastPrice(0, state.now))
            _judge(state, Seen(
                code, last.price_won, last.change_ratio, 0, last.cum_turnover_won, state.now, "trade",
                is_regular=state.regular is None or state.regular.has(state.now), interruption=kind,
            ))  # fmt: skip


def _read_scan(state: State, event: ScanReturned) -> None:
    """Finds what falls far between two looks at it, and so was never near enough for a slot."""
    if state.now is None or not state.session_day:
        return
    told = quotes_in(event.rows.columns, event.rows.values)
    quotes = {code: quote for code, quote in told.items() if code in state.stocks}
    for quote in quotes.values():
        stream_watch.see(state.watch, quote)
    _judge_interruptions(state)
    is_regular = state.regular is None or state.regular.has(state.now)
    for code, quote in quotes.items():
        if _is_todays(state, quote) and _is_usable(state, quote, state.now):
            _judge(state, Seen(
                code, quote.price_won, quote.change_ratio or 0.0, quote.cum_volume_shares, quote.cum_turnover_won,
                state.now, "scan", is_regular=is_regular,
            ))  # fmt: skip
            judgement.note_extremes(state.day, code, quote.high_won or 0, quote.low_won or 0)


def _is_todays(state: State, quote: Quote) -> bool:
    """If the closes cannot tell, a quote that has moved since the first look is."""
    has_moved = state.looks.has_moved(quote)
    vintage = vintage_of(quote, state.day.closes_won.get(quote.code, ()))
    return vintage == "today" or (vintage == "unknown" and has_moved)


def _is_usable(state: State, quote: Quote, now: datetime) -> bool:
    """Nor is it while scans fail or trading is interrupted, or if the stream has told more already."""
    is_behind = quote.cum_volume_shares < state.order.volume_of(quote.code)
    if state.is_safe or is_behind or state.watch.is_interrupted(quote.code):
        return False
    closes_won, flags = state.day.closes_won.get(quote.code, ()), state.stocks[quote.code].flags
    return is_usable_quote(quote, closes_won, flags, state.settings, regular=state.regular, now=now)


def _judge(state: State, seen: Seen) -> None:
    for fired in state.on_price(seen):  # nearly always none
        state.found.append(found_by(seen, fired))


def _signal(state: State, found: Found) -> SignalRaised:
    code = found.seen.code
    stock = state.stocks.get(code) or Stock(code, code, "KOSPI")
    return signal_of(found, stock, _remarks(state, stock), judgement.line_of(state.day, code))


def _remarks(state: State, stock: Stock) -> tuple[str, ...]:
    unusual = (("interrupted", state.watch.was_interrupted(stock.code)), ("degraded", state.is_degraded))
    return (*(word for word, applies in unusual if applies), *stock.flags)


LISTENS: tuple[type[Event], ...] = (
    FrameReceived, FrameRead, FrameOversized, FramesDropped, ScanReturned, ClockTicked, RunStarted, UniverseLoaded,
    SettingsChanged, BaselineLoaded, BaselineMissing, SessionOpened, SessionClosed, SafeModeEntered, SafeModeLeft,
    DegradedModeEntered, DegradedModeLeft, SubscribeConfirmed, SubscribeRefused, UnsubscribeConfirmed, LinkLost,
    CommandAccepted,
)  # fmt: skip

CORE = Core(name="signal", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class SignalActor(CoreActor):
    """Only decides."""

    core = CORE
