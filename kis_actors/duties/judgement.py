"""What the rules make of prices: the part of SignalActor that remembers the day of each code and judges it."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

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
from kis_actors.policies.freshness import Regular, regular_of
from kis_actors.rules import AnyParams
from kis_actors.settings import Settings
from kis_actors.signals import engine
from kis_actors.signals.engine import Fired, Memory, applied, forget_holding, judge, readings_of
from kis_actors.signals.outlook import Outlook, Seen
from kis_actors.signals.params import Groups
from kis_actors.signals.sight import Average, Sight
from kis_actors.signals.standing import Standing, standings_of
from kis_actors.signals.tape import Point, Tape
from kis_actors.units import KST_S, second_of

DAY_S = 86_400
LINE_STEP_S = 180
"""The picture of a day has a point for so many seconds: 130 of them."""
SCAN_GAPS = 2.5
"""A scan that comes so many intervals after the one before has missed some."""


class Judgement(Struct, kw_only=True, dict=True):
    """Updated in place: it changes with every trade.

    rules, groups: those of the settings. window_s: how far back any looks. opened_at: the session's beginning.
    regular: the regular part of it. memories: per code and rule. trades, scans: the day of each code by either source.
    levels_won: high and low of the day before. lines: per code, the price of each step of the day. holding: per code
    and rule that only has to hold a while longer, the last price by which the rule saw anything.
    """

    settings: Settings = Settings()
    rules: dict[str, AnyParams] = {}
    groups: Groups = {}
    window_s: int = 1
    opened_at: datetime | None = None
    regular: Regular | None = None
    markets: dict[str, str] = {}
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    memories: dict[str, dict[str, Memory]] = {}
    trades: dict[str, Tape] = {}
    scans: dict[str, Tape] = {}
    levels_won: dict[str, tuple[int, int]] = {}
    lines: dict[str, dict[int, int]] = {}
    holding: dict[str, dict[str, Seen]] = {}

    @cached_property
    def outlooks(self) -> dict[str, Outlook]:
        """What is above, by code; never stored, and forgotten when anything but a price changes it."""
        return {}


def evolve(day: Judgement, event: Event, now: datetime | None) -> None:
    """Notes what the rules need to know, and where something was missed."""
    if isinstance(event, CHANGES_OUTLOOKS):
        day.outlooks.clear()
    match event:
        case RunStarted():
            use(day, event.settings)
            _ended(day, (*day.trades, *day.memories))
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
            day.lines, day.holding = {}, {}
            day.regular = regular_of(event.regular_opens or event.opens, event.regular_closes or event.closes)
        case SubscribeConfirmed() if now and event.feed in TRADE_FEEDS.values():
            _missed(day, (event.code,), now)
        case StreamStale() | StreamRestored() if now:
            _missed(day, (event.code,), now)
        case FramesDropped() if now:
            _missed(day, _streamed(day), now)
        case UnsubscribeConfirmed() if event.feed in TRADE_FEEDS.values():
            _ended(day, (event.code,))
        case LinkLost():
            _ended(day, _streamed(day))


CHANGES_OUTLOOKS = (UniverseLoaded, BaselineLoaded, BaselineMissing, SessionOpened)


def use(day: Judgement, settings: Settings) -> None:
    """The rules as they are set."""
    day.outlooks.clear()
    day.settings, day.groups = settings, settings.monitor.groups
    day.rules = settings.monitor.rule_book()
    day.window_s = engine.window_s_of(day.rules)


def _change(day: Judgement, settings: Settings, now: datetime | None) -> None:
    """What held, held by other numbers; and where a window grows, what it needs was forgotten already."""
    before_s = day.window_s
    use(day, settings)
    for code in tuple(day.memories):
        _forget(day, code)
    if now and day.window_s > before_s:
        for tape in (*day.trades.values(), *day.scans.values()):
            if tape.since_s is not None:
                tape.begin(int(now.timestamp()))


def consider(day: Judgement, seen: Seen) -> tuple[Fired, ...]:
    """The rules that count with this price."""
    outlook, at_s = outlook_of(day, seen.code), second_of(seen.seen_at)
    tape = outlook.trades if seen.source == "trade" else _scans(day, outlook, at_s)
    sight = outlook.sight(seen, tape, at_s)
    fired, is_waiting = judge(outlook.rules, outlook.memories, sight, is_regular=seen.is_regular, age_s=seen.age_s)
    if is_waiting:
        _keep_holding(day, seen, sight, outlook)
    elif day.holding:
        day.holding.pop(seen.code, None)
    if not seen.interruption:
        tape.add(Point(at_s, seen.price_won, seen.cum_volume_shares, seen.cum_turnover_won), day.window_s)
        second = (at_s + KST_S) % DAY_S
        outlook.line[second - second % LINE_STEP_S] = seen.price_won
    return fired


def held_on(day: Judgement, now: datetime) -> Iterable[tuple[Seen, Fired]]:
    """What has held long enough by now, without another price."""
    for code, prices in tuple(day.holding.items()):
        if any(seen.source == "scan" and _is_outdated(day, seen, now) for seen in prices.values()):
            _forget(day, code)
            continue
        for name, seen in prices.items():
            for fired in _repeated(day, name, seen, now):
                yield seen, fired
        _drop_settled(day, code)


def resume(day: Judgement, code: str) -> None:
    """Trading goes on: an interruption has not held any longer."""
    if any(seen.interruption for seen in day.holding.get(code, {}).values()):
        _forget(day, code)


def note_extremes(day: Judgement, code: str, high_won: int, low_won: int) -> None:
    """The day's high and low as KIS has them, for the next price."""
    outlook_of(day, code).note_extremes(high_won, low_won)


def line_of(day: Judgement, code: str) -> tuple[tuple[int, int], ...]:
    """The day of `code` so far, as seconds of the day and won."""
    return tuple(sorted(day.lines.get(code, {}).items()))


def standings(day: Judgement, code: str, now: datetime | None) -> tuple[Standing, ...]:
    """How far every rule is from counting for `code`, as its last price left it."""
    of_code, at_s = day.memories.get(code, {}), int(now.timestamp()) if now else 0
    return standings_of(day.rules, day.groups, of_code, code, day.markets.get(code, ""), at_s)


def _set_closes(
    day: Judgement, code: str, of: date, closes_won: tuple[int, ...], levels_won: tuple[int, int]
) -> None:  # fmt: skip
    if of != day.baseline_day:
        day.baseline_day, day.closes_won, day.levels_won = of, {}, {}
    day.closes_won[code], day.levels_won[code] = closes_won, levels_won


def _repeated(day: Judgement, name: str, seen: Seen, now: datetime) -> tuple[Fired, ...]:
    """The last look of one rule once more; the others look at prices alone, so nothing changes for them."""
    is_regular = seen.is_regular and (day.regular is None or day.regular.has(now))
    own = {other: memory if other == name else replace(memory) for other, memory in day.memories[seen.code].items()}
    outlook = outlook_of(day, seen.code)
    tape = outlook.trades if seen.source == "trade" else _scans(day, outlook, second_of(seen.seen_at))
    sight = outlook.sight(seen, tape, int(now.timestamp()))
    fired, _ = judge(outlook.rules, own, sight, is_regular=is_regular, age_s=seen.age_s)
    return tuple(one for one in fired if one.name == name)


def outlook_of(day: Judgement, code: str) -> Outlook:
    """What there is to know of one code, until anything but a price changes it."""
    found = day.outlooks.get(code)
    if found is None:
        market, closes_won = day.markets.get(code, ""), day.closes_won.get(code, ())
        average = Average(day.settings.monitor.signal.ma_days, day.settings.monitor.signal.ma_includes_today)
        found = day.outlooks[code] = Outlook(
            rules=applied(day.rules, day.groups, code, market), market=market, closes_won=closes_won, average=average,
            levels_won=day.levels_won.get(code, (0, 0)),
            opened_s=day.opened_at.timestamp() if day.opened_at else None,
            memories=day.memories.setdefault(code, {}), trades=day.trades.setdefault(code, Tape()),
            scans=day.scans.setdefault(code, Tape()), line=day.lines.setdefault(code, {}),
        )  # fmt: skip
    return found


def _scans(day: Judgement, outlook: Outlook, at_s: int) -> Tape:
    """The tape of scans, which begins anew where some were missed."""
    tape = outlook.scans
    if tape.points and at_s - tape.points[-1].at_s > _scan_gap_s(day):
        tape.begin(at_s)
    return tape


def _is_outdated(day: Judgement, seen: Seen, now: datetime) -> bool:
    return (now - seen.seen_at).total_seconds() > _scan_gap_s(day)


def _scan_gap_s(day: Judgement) -> float:
    return SCAN_GAPS * day.settings.monitor.scan_interval_sec


def _streamed(day: Judgement) -> tuple[str, ...]:
    """The codes whose trades are seen; of others only what scans tell of their day may be known."""
    return tuple(code for code, tape in day.trades.items() if tape.since_s is not None)


def _ended(day: Judgement, codes: tuple[str, ...]) -> None:
    """No trade of these codes is seen any more."""
    for code in codes:
        day.trades.setdefault(code, Tape()).end()
        _forget(day, code)


def _missed(day: Judgement, codes: tuple[str, ...], now: datetime) -> None:
    """No window of these codes may reach back beyond now, and nothing has held since before."""
    for code in codes:
        day.trades.setdefault(code, Tape()).begin(int(now.timestamp()))
        _forget(day, code)


def _forget(day: Judgement, code: str) -> None:
    forget_holding(day.memories, code)
    day.holding.pop(code, None)


def _keep_holding(day: Judgement, seen: Seen, sight: Sight, outlook: Outlook) -> None:
    """What comes too late for a rule, or shows it nothing, is no look of it; an interruption always is one."""
    readings = readings_of(outlook.rules, sight, day.memories[seen.code])
    looked = {
        rule.name: seen for rule in outlook.rules
        if seen.interruption or (readings[rule.name] and seen.age_s <= rule.params.max_age_sec)
    }  # fmt: skip
    day.holding[seen.code] = day.holding.get(seen.code, {}) | looked
    _drop_settled(day, seen.code)


def _drop_settled(day: Judgement, code: str) -> None:
    """What counted or holds no longer need not wait."""
    of_code, prices = day.memories[code], day.holding.get(code, {})
    left = {name: seen for name, seen in prices.items() if name in of_code and of_code[name].is_waiting}
    day.holding[code] = left
    if not left:
        del day.holding[code]
