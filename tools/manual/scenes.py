"""A rule on a scripted path of prices, seen through the daemon's own judgement: what a picture of it shows."""

import copy
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from kis_actors.duties.judgement import Judgement, consider, evolve, resume, use
from kis_actors.market.universe import Stock
from kis_actors.messages import BaselineLoaded, SessionOpened, UniverseLoaded
from kis_actors.settings import Monitor, Settings
from kis_actors.signals.outlook import Seen
from kis_actors.units import KST

DAY = date(2026, 11, 20)
OPENS = datetime(2026, 11, 20, 9, 0, tzinfo=KST)
CODE = "005930"
STEP_S = 30
AVERAGE_WON = 10_000


class Scene(NamedTuple):
    """What happens. rules: by name, as in the settings; the last is the one that is told of.

    corners: minutes since 09:00 and won, with straight lines between. steps_won: turnover of each step, from a minute
    on. interruption: minutes from and to, without prices. low_won: of the day before. has_average: closes are known.
    """

    rules: dict[str, dict[str, Any]]
    corners: tuple[tuple[float, int], ...]
    steps_won: tuple[tuple[float, int], ...] = ((0, 10_000_000),)
    interruption: tuple[float, float] = (0, 0)
    low_won: int = 0
    has_average: bool = False

    @property
    def told(self) -> str:
        """The rule that alerts."""
        return list(self.rules)[-1]


class Look(NamedTuple):
    """One moment. holds, spent: the rules whose condition is met, and those that have to come back first.

    trigger_won: the price at which the rule would have held, None if no price decides. is_seen: trading goes on.
    step_won: turnover.
    """

    minute: float
    price_won: int
    trigger_won: int | None
    holds: tuple[str, ...]
    spent: tuple[str, ...]
    has_fired: bool
    is_seen: bool
    step_won: int


def looks(scene: Scene) -> Iterator[Look]:
    """The path, look by look."""
    day, turnover_won, price_won = _morning(scene), 0, scene.corners[0][1]
    for step in range(int(scene.corners[0][0] * 60), int(scene.corners[-1][0] * 60) + 1, STEP_S):
        minute, begins, ends = step / 60, *scene.interruption
        is_interrupted = begins <= minute < ends
        if not is_interrupted and minute == ends:
            resume(day, CODE)
        price_won = price_won if is_interrupted else _between(scene.corners, minute)
        step_won = 0 if is_interrupted else [won for since, won in scene.steps_won if since <= minute][-1]
        turnover_won += step_won
        seen = Seen(
            CODE, price_won, 0.0, turnover_won // price_won, turnover_won, OPENS + timedelta(seconds=step), "trade",
            interruption="vi" if is_interrupted else "",
        )  # fmt: skip
        trigger_won = None if is_interrupted else _trigger_won(day, scene.told, seen)
        fired = consider(day, seen)
        memories = day.memories[CODE]
        yield Look(
            minute, price_won, trigger_won,
            tuple(name for name in scene.rules if (reading := memories[name].reading) and reading.holds),
            tuple(name for name in scene.rules if not memories[name].is_armed),
            any(one.name == scene.told for one in fired), not is_interrupted, step_won,
        )  # fmt: skip


def _morning(scene: Scene) -> Judgement:
    day = Judgement()
    monitor = msgspec.convert({"rules": scene.rules}, Monitor)
    use(day, Settings(monitor=monitor))
    closes_won = (AVERAGE_WON,) * monitor.signal.ma_days if scene.has_average else ()
    for event in (
        UniverseLoaded(stocks=(Stock(CODE, CODE, "KOSPI"),), source=""),
        BaselineLoaded(code=CODE, day=DAY, closes_won=closes_won, low_won=scene.low_won),
        SessionOpened(day=DAY, opens=OPENS, closes=OPENS + timedelta(hours=6, minutes=30)),
    ):
        evolve(day, event, OPENS)
    return day


def _between(corners: tuple[tuple[float, int], ...], minute: float) -> int:
    for (begins, first), (ends, last) in pairwise(corners):
        if begins <= minute <= ends:
            return round(first + (last - first) * (minute - begins) / (ends - begins))
    raise AssertionError(f"no corner after minute {minute}")


def _trigger_won(day: Judgement, name: str, seen: Seen) -> int | None:
    """Found by trying prices, so that it is the rule's own word."""
    low, high = round(seen.price_won * 0.8), round(seen.price_won * 1.2)
    at_low, at_high = (_would_hold(day, name, seen, price_won) for price_won in (low, high))
    if at_low == at_high:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _would_hold(day, name, seen, middle) == at_low else (low, middle)
    return low if at_low else high


def _would_hold(day: Judgement, name: str, seen: Seen, price_won: int) -> bool:
    day.outlooks.clear()  # it refers to the rules' modules, which cannot be copied
    other = copy.deepcopy(day)
    consider(other, msgspec.structs.replace(seen, price_won=price_won))
    reading = other.memories[CODE][name].reading
    return reading is not None and reading.holds
