"""What the rules make of prices: the part of SignalActor that remembers the day of each code and judges it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from msgspec import Struct

from kis_actors.kis.feeds import TRADE_FEEDS
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    Event,
    FramesDropped,
    LinkLost,
    RunStarted,
    SessionOpened,
    SettingsChanged,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    UniverseLoaded,
    UnsubscribeConfirmed,
)
from kis_actors.rules import AnyParams
from kis_actors.settings import Settings
from kis_actors.signals.engine import Fired, Memory, forget_holding, is_waiting, judge, window_s_of
from kis_actors.signals.params import Groups
from kis_actors.signals.sight import Average, Sight
from kis_actors.signals.tape import Point, Tape
from kis_actors.units import KST

LINE_STEP_S = 180
"""The picture of a day has a point for so many seconds: 130 of them."""
SCAN_GAPS = 2.5
"""A scan that comes so many intervals after the one before has missed some."""


class Seen(NamedTuple):
    """One price of one code. source: trade or scan. seen_at: the trade's stamp, or when the scan came in.

    is_regular: of the regular session. age_s: how old it was when it came. interruption: vi, halt or "".
    """

    code: str
    price_won: int
    change_ratio: float
    cum_volume_shares: int
    cum_turnover_won: int
    seen_at: datetime
    source: str
    previous_volume_shares: int = 0
    is_regular: bool = True
    age_s: float = 0.0
    interruption: str = ""


class Judgement(Struct, kw_only=True):
    """Updated in place: it changes with every trade.

    rules, groups: those of the settings. window_s: how far back any looks. opened_at: the session's beginning.
    memories: per code and rule. trades, scans: the day of each code by either source.
    levels_won: high and low of the day before. lines: per code, the price of each step of the day. waiting: prices
    that only have to hold a while longer.
    """

    settings: Settings = Settings()
    rules: dict[str, AnyParams] = {}
    groups: Groups = {}
    window_s: int = 1
    opened_at: datetime | None = None
    markets: dict[str, str] = {}
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    memories: dict[str, dict[str, Memory]] = {}
    trades: dict[str, Tape] = {}
    scans: dict[str, Tape] = {}
    levels_won: dict[str, tuple[int, int]] = {}
    lines: dict[str, dict[int, int]] = {}
    waiting: dict[str, Seen] = {}


def evolve(day: Judgement, event: Event, now: datetime | None) -> None:
    """Notes what the rules need to know, and where something was missed."""
    match event:
        case RunStarted():
            use(day, event.settings)
        case SettingsChanged():
            _change(day, event.settings, now)
        case UniverseLoaded():
            day.markets = {stock.code: stock.market for stock in event.stocks}
        case BaselineLoaded():
            _set_closes(day, event.code, event.day, event.closes_won, (event.high_won, event.low_won))
        case BaselineMissing():
            _set_closes(day, event.code, event.day, (), (0, 0))
        case SessionOpened():
            day.opened_at, day.memories, day.trades, day.scans = event.opens, {}, {}, {}
            day.lines, day.waiting = {}, {}
        case SubscribeConfirmed() | UnsubscribeConfirmed() if now and event.feed in TRADE_FEEDS.values():
            _missed(day, (event.code,), now)
        case StreamStale() | StreamRestored() if now:
            _missed(day, (event.code,), now)
        case FramesDropped() | LinkLost() if now:
            _missed(day, tuple(day.trades), now)
    if isinstance(event, RunStarted) and now:
        _missed(day, tuple(day.memories), now)


def use(day: Judgement, settings: Settings) -> None:
    """The rules as they are set."""
    day.settings, day.groups = settings, settings.monitor.groups
    day.rules = settings.monitor.rule_book()
    day.window_s = window_s_of(day.rules)


def _change(day: Judgement, settings: Settings, now: datetime | None) -> None:
    """Where a window grows, what it needs was forgotten already."""
    before_s = day.window_s
    use(day, settings)
    if now and day.window_s > before_s:
        for tape in (*day.trades.values(), *day.scans.values()):
            tape.begin(int(now.timestamp()))


def consider(day: Judgement, seen: Seen) -> tuple[Fired, ...]:
    """The rules that count with this price."""
    tape = _tape(day, seen)
    at_s = int(seen.seen_at.timestamp())
    fired = _judged(day, seen, tape, at_s)
    if not seen.interruption:
        point = Point(at_s, seen.price_won, seen.cum_volume_shares, seen.cum_turnover_won)
        tape.add(point, day.window_s)
        _draw(day, seen)
    _keep_waiting(day, seen)
    return fired


def held_on(day: Judgement, now: datetime) -> Iterable[tuple[Seen, Fired]]:
    """What has held long enough by now, without another trade."""
    for code, seen in tuple(day.waiting.items()):
        if seen.source == "scan" and (now - seen.seen_at).total_seconds() > _scan_gap_s(day):
            _forget(day, code)
            continue
        for fired in _judged(day, seen, _tape(day, seen), int(now.timestamp())):
            yield seen, fired
        if not is_waiting(day.rules, day.memories, code):
            del day.waiting[code]


def resume(day: Judgement, code: str) -> None:
    """Trading goes on: an interruption has not held any longer."""
    if code in day.waiting and day.waiting[code].interruption:
        _forget(day, code)


def note_extremes(day: Judgement, code: str, high_won: int, low_won: int) -> None:
    """The day's high and low as KIS has them, for the next price."""
    if high_won and low_won:
        for tapes in (day.trades, day.scans):
            tapes.setdefault(code, Tape()).note_extremes(high_won, low_won)


def line_of(day: Judgement, code: str) -> tuple[tuple[int, int], ...]:
    """The day of `code` so far, as seconds of the day and won."""
    return tuple(sorted(day.lines.get(code, {}).items()))


def _set_closes(
    day: Judgement, code: str, of: date, closes_won: tuple[int, ...], levels_won: tuple[int, int]
) -> None:  # fmt: skip
    if of != day.baseline_day:
        day.baseline_day, day.closes_won, day.levels_won = of, {}, {}
    day.closes_won[code], day.levels_won[code] = closes_won, levels_won


def _judged(day: Judgement, seen: Seen, tape: Tape, at_s: int) -> tuple[Fired, ...]:
    sight = _sight(day, seen, tape, at_s)
    return judge(day.rules, day.groups, day.memories, sight, is_regular=seen.is_regular, age_s=seen.age_s)


def _sight(day: Judgement, seen: Seen, tape: Tape, at_s: int) -> Sight:
    high_won, low_won = day.levels_won.get(seen.code, (0, 0))
    signal = day.settings.monitor.signal
    return Sight(
        code=seen.code, market=day.markets.get(seen.code, ""), price_won=seen.price_won, at_s=at_s,
        cum_volume_shares=seen.cum_volume_shares, cum_turnover_won=seen.cum_turnover_won,
        closes_won=day.closes_won.get(seen.code, ()), average=Average(signal.ma_days, signal.ma_includes_today),
        tape=tape, previous_high_won=high_won, previous_low_won=low_won,
        previous_volume_shares=seen.previous_volume_shares, since_open_s=_since_open_s(day, at_s),
        interruption=seen.interruption,
    )  # fmt: skip


def _since_open_s(day: Judgement, at_s: int) -> float:
    return at_s - day.opened_at.timestamp() if day.opened_at else 0.0


def _tape(day: Judgement, seen: Seen) -> Tape:
    if seen.source == "trade":
        return day.trades.setdefault(seen.code, Tape())
    tape, at_s = day.scans.setdefault(seen.code, Tape()), int(seen.seen_at.timestamp())
    if tape.points and at_s - tape.points[-1].at_s > _scan_gap_s(day):
        tape.begin(at_s)
    return tape


def _scan_gap_s(day: Judgement) -> float:
    return SCAN_GAPS * day.settings.monitor.scan_interval_sec


def _missed(day: Judgement, codes: tuple[str, ...], now: datetime) -> None:
    """No window of these codes may reach back beyond now, and nothing has held since before."""
    for code in codes:
        day.trades.setdefault(code, Tape()).begin(int(now.timestamp()))
        _forget(day, code)


def _forget(day: Judgement, code: str) -> None:
    forget_holding(day.memories, code)
    day.waiting.pop(code, None)


def _keep_waiting(day: Judgement, seen: Seen) -> None:
    if is_waiting(day.rules, day.memories, seen.code):
        day.waiting[seen.code] = seen
    else:
        day.waiting.pop(seen.code, None)


def _draw(day: Judgement, seen: Seen) -> None:
    at = seen.seen_at if seen.seen_at.tzinfo is KST else seen.seen_at.astimezone(KST)
    second = at.hour * 3600 + at.minute * 60 + at.second
    day.lines.setdefault(seen.code, {})[second - second % LINE_STEP_S] = seen.price_won
