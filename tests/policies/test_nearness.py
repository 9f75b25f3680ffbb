"""How near each code is to a rule, by what scans alone know; and that SignalActor would agree."""

from datetime import timedelta
from random import Random

import pytest
from facts import CLOSED, DAY, OPENED, SAMSUNG, at, opened, quotes_returned, started, three_ways, tick, universe
from story import given

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import BaselineLoaded, BaselineMissing, ClockTicked, Event, ScanReturned, SignalRaised

MISSING = BaselineMissing(code=SAMSUNG, day=DAY, reason="new")
LEVELS = BaselineLoaded(code=SAMSUNG, day=DAY, closes_won=(), high_won=11_000, low_won=9_000)
Scan = tuple[str, int, int, int]
"""When, and price, high and low of the day."""


def scan(price_won: int, high_won: int, low_won: int, volume_shares: int, turnover_won: int) -> ScanReturned:
    extremes = {"inter2_hgpr": str(high_won), "inter2_lwpr": str(low_won)}
    told = {**extremes, "acml_vol": str(volume_shares), "hour_cls_code": "0"}
    return quotes_returned({SAMSUNG: price_won}, turnover_won=turnover_won, **told)


def day(rule: dict, *scans: Scan, begins: Event = OPENED, closes: Event = MISSING) -> list[Event]:
    """A session with this rule; every scan has a million won more of turnover than the one before."""
    heard: list[Event] = [started(monitor={"rules": {"it": rule}}), universe(SAMSUNG), tick("08:59:59"), begins, closes]
    for number, (time, price_won, high_won, low_won) in enumerate(scans, start=1):
        heard += [tick(time), scan(price_won, high_won, low_won, number * 100, number * 1_000_000)]
    return heard


def distance(*heard: Event) -> float | None:
    """From the rule, by the last scan; None if it says nothing."""
    state = given(SUBSCRIPTION, *heard).state
    found = [one.distance for one in state.prices.candidates(state.settings.monitor) if one.rule == "it"]
    return found[0] if found else None


HIGH, LOW = {"rule": "breakout", "of": "day_high"}, {"rule": "breakout", "of": "day_low"}
FIRST = ("10:00:00", 10_000, 10_200, 9_800)


@pytest.mark.parametrize(
    ("rule", "then", "far"),
    [
        (HIGH, ("10:01:00", 10_098, 10_200, 9_800), 0.01),
        (HIGH, ("10:01:00", 10_200, 10_200, 9_800), 0.0),
        (HIGH, ("10:01:00", 10_251, 10_251, 9_800), -0.005),
        (HIGH, ("10:01:00", 10_098, 10_400, 9_800), 0.01),
        (LOW, ("10:01:00", 9_898, 10_200, 9_800), 0.01),
        (LOW, ("10:01:00", 9_751, 10_200, 9_751), -0.005),
        ({**HIGH, "by_ratio": 0.01}, ("10:01:00", 10_302, 10_302, 9_800), 0.0),
    ],
)  # fmt: skip
def test_a_price_is_measured_against_the_extremes_before_it(rule, then, far):
    assert distance(*day(rule, FIRST, then)) == pytest.approx(far, abs=1e-6)


@pytest.mark.parametrize(("rule", "price_won", "far"), [(HIGH, 10_098, 0.01), (HIGH, 10_200, 0.0), (LOW, 9_800, 0.0)])
def test_at_the_first_scan_the_extremes_are_those_ahead(rule, price_won, far):
    assert distance(*day(rule, ("10:00:00", price_won, 10_200, 9_800))) == pytest.approx(far, abs=1e-6)


def test_a_new_high_is_one_only_once():
    new, same = ("10:01:00", 10_251, 10_251, 9_800), ("10:02:00", 10_251, 10_251, 9_800)
    assert distance(*day(HIGH, FIRST, new, same)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("time_of_day", "is_known"), [("09:29:59", False), ("09:30:00", True)])
def test_a_young_day_has_no_extremes_yet(time_of_day, is_known):
    assert (distance(*day(HIGH, (time_of_day, 10_000, 10_200, 9_800))) is not None) == is_known


def test_without_a_session_there_are_no_extremes_of_the_day():
    assert distance(*day(HIGH, FIRST), CLOSED, tick("15:40:00"), scan(10_000, 10_200, 9_800, 1, 1)) is None


def test_the_extremes_of_before_the_open_are_forgotten():
    yesterdays = [tick("09:40:00"), scan(12_000, 12_500, 9_000, 1, 1)]
    known = day({**HIGH, "min_day_sec": 0}, begins=tick("09:40:00"))
    later = [opened("09:50:00"), tick("09:50:10"), scan(10_098, 10_200, 9_800, 2, 2)]
    assert distance(*known, *yesterdays, *later) == pytest.approx(0.01, abs=1e-6)


def test_the_levels_of_the_day_before_rank_from_the_first_scan():
    rule = {"rule": "breakout", "of": "previous_high"}
    assert distance(*day(rule, ("09:00:10", 10_890, 0, 0), closes=LEVELS)) == pytest.approx(0.01, abs=1e-6)


# --- windows


def every(seconds: int, count: int, first: str = "09:05:00") -> list[Scan]:
    times = (at(first) + timedelta(seconds=number * seconds) for number in range(count))
    return [(f"{time:%H:%M:%S}", 10_000, 10_000, 10_000) for time in times]


@pytest.mark.parametrize("interval_s", [60, 140, 300, 700])
def test_a_surge_ranks_however_far_scans_are_apart(interval_s):
    """Window and pace are 21 minutes, and the pace was steady."""
    scans = every(interval_s, 1260 // interval_s + 2)
    assert distance(*day({"rule": "turnover_surge_fall"}, *scans)) is not None


def test_a_window_reaches_back_no_further_than_the_open():
    before = [tick("08:50:00"), scan(10_000, 0, 0, 1, 1)]
    rule, scans = {"rule": "rapid_fall", "window_sec": 60}, every(30, 2, first="09:00:10")
    heard = day(rule, begins=tick("08:50:00"))
    after = day(rule, *scans)[3:]
    assert distance(*heard, *before, *after) is None


def test_no_more_scans_are_kept_than_windows_need():
    state = given(SUBSCRIPTION, *day({"rule": "rapid_fall", "window_sec": 120}, *every(30, 40))).state
    assert len(state.prices.points[SAMSUNG]) == 6


# --- both actors


FALL = {"rule": "rapid_fall", "window_sec": 60, "fall_ratio": 0.004}


def wandering(seed: int, count: int = 60) -> list[Scan]:
    """A scan a minute of a price that goes up and down, with its high and low."""
    chance, prices = Random(seed), [10_000]
    for _ in range(count):
        prices.append(prices[-1] + chance.randint(-90, 90))
    so_far = (prices[: number + 1] for number in range(count))
    times = (time for time, *_ in every(60, count, "09:31:00"))
    return [(time, seen[-1], max(seen), min(seen)) for time, seen in zip(times, so_far, strict=True)]


def distances_at_signals(rule: dict, seed: int) -> list[float | None]:
    """What the planner makes of each scan that raises a signal."""
    heard = day({**rule, "rearm_ratio": 0.0}, *wandering(seed))
    story, now, found = given(SIGNAL), at("08:59:59"), []
    for number, event in enumerate(heard, start=1):
        now = event.now if isinstance(event, ClockTicked) else now
        story = story.when(event, at=now)
        found += [distance(*heard[:number]) for _ in story.then_of(SignalRaised)]
    return found


@pytest.mark.parametrize("rule", [HIGH, LOW, {**HIGH, "by_ratio": 0.001}, FALL])
def test_every_signal_of_a_scan_is_at_or_beyond_the_line(rule):
    found = [far for seed in range(3) for far in distances_at_signals(rule, seed)]
    assert found and all(far is not None and far <= 0 for far in found)


def test_ranking_is_carried_and_rebuilt_alike():
    lived, carried, rebuilt = three_ways(SUBSCRIPTION, *day(HIGH, FIRST, ("10:01:00", 10_251, 10_251, 9_800)), CLOSED)
    assert lived == carried == rebuilt
