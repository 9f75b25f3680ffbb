"""All that the report of a day is made of, read once from its log."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from eventlog.day import DECISIONS
from kis_actors.market.baseline import completed_total_won
from kis_actors.messages import NAMES, AlertDecided, BaselineLoaded, Event, FrameReceived, Record
from kis_actors.outcomes import HEARD, Outcome, Prices, outcome_of, prices_in
from kis_actors.recovery import records_in
from kis_actors.settings import Settings
from kis_actors.units import NS_PER_S
from kis_actors.web.day_picture import DRAWN_FROM, DayPicture
from kis_actors.web.one_code import threshold_price_won

MINUTE_S = 60
Tell = Callable[[int], None]


class Level(NamedTuple):
    """Of one code, won: the average with its last price, and the price at which the main rule counts."""

    average_won: float
    threshold_won: float


class Gathered(NamedTuple):
    """picture: at the end of the day. outcomes: of each alert. frames: by minute since 1970. levels: by code.

    counts: of events, by kind. is_whole: false if of the day only what was decided is kept.
    """

    day: str
    picture: DayPicture
    outcomes: tuple[Outcome, ...]
    prices: Prices
    frames: dict[int, int]
    levels: dict[str, Level]
    counts: Counter[type[Event]]
    notable: tuple[Record, ...]
    is_whole: bool


def gathered(path: Path, tell: Tell) -> Gathered:
    """Reads the day. tell: takes the seq reached. Raises what recovery.record_of does."""
    picture, notable = DayPicture(), tuple(records_in(path, types=DRAWN_FROM))
    for record in notable:
        picture.note(record)
    alerts = [record.event for record in notable if isinstance(record.event, AlertDecided)]
    codes = list(dict.fromkeys(alert.signal.code for alert in alerts))
    frames: Counter[int] = Counter()
    prices = prices_in(_counted(path, frames, tell), codes)
    closes = {one.event.code: one.event.closes_won for one in notable if isinstance(one.event, BaselineLoaded)}
    return Gathered(
        path.stem, picture, tuple(outcome_of(alert, prices) for alert in alerts), prices, dict(frames),
        dict(_levels(codes, closes, prices, picture.settings)), Counter(type(one.event) for one in notable), notable,
        path.suffix != DECISIONS,
    )  # fmt: skip


def _counted(path: Path, frames: Counter[int], tell: Tell) -> Iterator[Record]:
    for record in records_in(path, types=_names()):
        if isinstance(record.event, FrameReceived):
            frames[record.at_ns // NS_PER_S // MINUTE_S] += 1
        tell(record.seq)
        yield record


def _names() -> list[str]:
    return [NAMES[kind][0] for kind in HEARD]


def _levels(
    codes: Iterable[str], closes: dict[str, tuple[int, ...]], prices: Prices, settings: Settings
) -> Iterator[tuple[str, Level]]:  # fmt: skip
    """Of those codes that have enough closes and a price."""
    wanted = settings.monitor.signal
    for code in codes:
        includes, line = wanted.ma_includes_today, prices.of.get(code, {})
        total_won = completed_total_won(closes.get(code, ()), ma_days=wanted.ma_days, includes_today=includes)
        if total_won is not None and line:
            last_won = line[max(line)]
            average_won = (total_won + last_won if includes else total_won) / wanted.ma_days
            yield code, Level(average_won, threshold_price_won(total_won, wanted))


def span_of(day: Gathered) -> tuple[datetime, datetime] | None:
    """From when to when the day is drawn: its session or, without one, its runs; None if nothing ran."""
    if day.prices.sessions:
        return day.prices.sessions[0].opens, day.prices.sessions[-1].closes
    runs = day.picture.runs
    return (runs[0].since, runs[-1].until or day.picture.at or runs[-1].since) if runs else None
