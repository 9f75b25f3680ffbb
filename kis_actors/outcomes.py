"""What the price did after an alert: some minutes later and at the close, from the prices in the log.

Never invents a price: where none was observed in time, the outcome is unknown, and says why.
"""

import re
from collections.abc import Container, Iterable, Iterator
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import NamedTuple

from kis_actors.kis.frames import FrameError, frame_of, is_control
from kis_actors.kis.rest import quotes_of
from kis_actors.messages import AlertDecided, FrameReceived, Record, Rows, ScanReturned, SessionOpened
from kis_actors.units import KST, NS_PER_S

WITHIN_S = 120
"""How late after its moment a price may be: two scans of a minute each."""
CLOSE = "close"
MINUTES = (5, 30)
HORIZONS = (*(f"{minutes} min" for minutes in MINUTES), CLOSE)
HEARD = (FrameReceived, ScanReturned, SessionOpened)
"""All that prices are read from."""


class Prices(NamedTuple):
    """Prices of a day. of: by code and second since 1970, in won. sessions: in their order. ends_at: the last ones."""

    of: dict[str, dict[int, int]]
    sessions: tuple[SessionOpened, ...]
    ends_at: datetime | None = None


class Later(NamedTuple):
    """The price some time after an alert. at: when it was observed. return_ratio: against the alert's own price.

    unknown: why there is none, "" if there is one; the other three are None then.
    """

    horizon: str
    price_won: int | None = None
    at: datetime | None = None
    return_ratio: float | None = None
    unknown: str = ""


class Outcome(NamedTuple):
    """An alert and what came after it, a Later for each of HORIZONS."""

    alert: AlertDecided
    later: tuple[Later, ...]


class Summary(NamedTuple):
    """What the alerts of a rule came to at one horizon. known: alerts with a later price.

    The returns are ratios against the alert's price, None without any; rose: the share of known ones above zero.
    """

    rule: str
    horizon: str
    alerts: int
    known: int
    median: float | None = None
    mean: float | None = None
    worst: float | None = None
    best: float | None = None
    rose: float | None = None


def prices_in(records: Iterable[Record], codes: Iterable[str]) -> Prices:
    """The prices of `codes`, the last of each second, off trades and scans; records of HEARD are enough."""
    of: dict[str, dict[int, int]] = {code: {} for code in codes}
    any_of = re.compile("|".join(map(re.escape, of)) or "(?!)")
    sessions, ends_at = [], None
    for record in records:
        ends_at = record.at
        if isinstance(record.event, SessionOpened):
            sessions.append(record.event)
        for code, at_s, price_won in _observed(record, any_of, of):
            if code in of:
                of[code][at_s] = price_won
    return Prices(of, tuple(sessions), ends_at)


def outcome_of(alert: AlertDecided, prices: Prices) -> Outcome:
    """What came after the alert."""
    seen_at, session = alert.signal.observed_at, _session_of(alert, prices)
    if session is None:
        return Outcome(alert, tuple(Later(horizon, unknown="no session then in the log") for horizon in HORIZONS))
    return Outcome(alert, (
        *(_after(alert, prices, minutes, session) for minutes in MINUTES),
        _at_close(alert, prices, _close_of(session, seen_at)),
    ))  # fmt: skip


def summaries(outcomes: Iterable[Outcome]) -> tuple[Summary, ...]:
    """For each rule by its name, and each horizon."""
    of_rule: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        of_rule.setdefault(outcome.alert.signal.rule, []).append(outcome)
    return tuple(one for rule in sorted(of_rule) for one in summed(rule, of_rule[rule]))


def summed(name: str, outcomes: Iterable[Outcome]) -> tuple[Summary, ...]:
    """For each horizon, all of them together, under a name."""
    columns = list(zip(*(outcome.later for outcome in outcomes), strict=True)) or [()] * len(HORIZONS)
    return tuple(_summary(name, horizon, column) for horizon, column in zip(HORIZONS, columns, strict=True))


def _summary(name: str, horizon: str, later: tuple[Later, ...]) -> Summary:
    returns = [one.return_ratio for one in later if one.return_ratio is not None]
    if not returns:
        return Summary(name, horizon, len(later), 0)
    rose = sum(one > 0 for one in returns) / len(returns)
    return Summary(
        name, horizon, len(later), len(returns), median(returns), fmean(returns), min(returns), max(returns), rose
    )  # fmt: skip


def _after(alert: AlertDecided, prices: Prices, minutes: int, session: SessionOpened) -> Later:
    horizon, wanted = f"{minutes} min", alert.signal.observed_at + timedelta(minutes=minutes)
    if wanted > session.closes:
        return Later(horizon, unknown="after the close")
    found = next(_within(alert, prices, wanted), None)
    if found:
        return _later(alert, horizon, found)
    return Later(horizon, unknown=_why_none(prices, wanted, f"no price within {WITHIN_S} s"))


def _at_close(alert: AlertDecided, prices: Prices, close: datetime) -> Later:
    """The last price of the minutes from the close on: the closing print follows the close by up to half a minute."""
    found = list(_within(alert, prices, close))
    if found:
        return _later(alert, CLOSE, found[-1])
    return Later(CLOSE, unknown=_why_none(prices, close, "no price at the close"))


def _why_none(prices: Prices, wanted: datetime, otherwise: str) -> str:
    is_over = prices.ends_at is None or prices.ends_at < wanted
    return "no price in the log from then on" if is_over else otherwise


def _within(alert: AlertDecided, prices: Prices, wanted: datetime) -> Iterator[tuple[int, int]]:
    """The seconds and prices from `wanted` on, as long as they are in time, in order."""
    start = int(wanted.timestamp())
    line = prices.of.get(alert.signal.code, {})
    return ((at_s, line[at_s]) for at_s in range(start, start + WITHIN_S + 1) if at_s in line)


def _later(alert: AlertDecided, horizon: str, found: tuple[int, int]) -> Later:
    at_s, price_won = found
    return Later(horizon, price_won, datetime.fromtimestamp(at_s, KST), price_won / alert.signal.price_won - 1)


def _session_of(alert: AlertDecided, prices: Prices) -> SessionOpened | None:
    """The last that had opened by then."""
    seen_at = alert.signal.observed_at
    return next((one for one in reversed(prices.sessions) if one.opens <= seen_at), None)


def _close_of(session: SessionOpened, seen_at: datetime) -> datetime:
    """Of the regular session or, if the alert came after that, of the hours that were watched."""
    regular = session.regular_closes
    return regular if regular and seen_at <= regular else session.closes


def _observed(record: Record, any_of: re.Pattern[str], codes: Container[str]) -> Iterator[tuple[str, int, int]]:
    """Codes with a second and a price; expected prices of an auction are none. Reads no more than it must."""
    event = record.event
    if isinstance(event, FrameReceived) and not is_control(event.text) and any_of.search(event.text):
        yield from _traded(event.text)
    elif isinstance(event, ScanReturned):
        wanted = tuple(row for row in event.rows.values if any(text in codes for text in row))
        for code, quote in quotes_of(Rows(event.rows.columns, wanted).each()).items():
            if quote.price_won and quote.hour_class in ("0", "") and quote.cum_volume_shares:
                yield code, record.at_ns // NS_PER_S, quote.price_won


def _traded(text: str) -> Iterator[tuple[str, int, int]]:
    try:
        ticks = frame_of(text).ticks
    except FrameError:
        return
    traded = (tick for tick in ticks if tick.hour_class == "0")
    yield from ((tick.code, tick.traded_s, tick.price_won) for tick in traded)
