"""Much more traded than lately and than the day before, while the price falls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sights import TEN, sight

from kis_actors.rules.turnover_surge_fall import Params, read
from kis_actors.signals.sight import Reading
from kis_actors.signals.tape import Point, Tape

PACE_WON = 1_000_000
"""Traded every minute of the twenty before the last one."""
BEGUN_WON = 20 * PACE_WON


def quiet_day(turnover_won: int = PACE_WON) -> Tape:
    """21 minutes at 10,000 won, a price a minute; the last one is a minute old."""
    tape = Tape()
    for minute in range(21):
        tape.add(Point(TEN - 60 * (21 - minute), 10_000, minute, minute * turnover_won), 3600)
    return tape


def reading_at(price_won: int, traded_won: int, tape: Tape | None = None, **rest: object) -> Reading | None:
    """After a minute in which `traded_won` changed hands."""
    params = {name: rest.pop(name) for name in tuple(rest) if name in Params.__struct_fields__}
    whole = {"tape": tape or quiet_day(), "cum_turnover_won": BEGUN_WON + traded_won, **rest}
    return read(Params(**params), sight(price_won, **whole))


def holds(price_won: int, traded_won: int, **rest: object) -> bool:
    reading = reading_at(price_won, traded_won, **rest)
    assert reading is not None
    return reading.holds


def test_a_reading_says_how_many_times_the_pace():
    assert reading_at(9_900, 7 * PACE_WON) == Reading(7.0, 5.0, 0.0, 10_000)


@pytest.mark.parametrize(
    ("price_won", "traded_won", "is_met"),
    [
        (9_900, 5 * PACE_WON, True), (9_900, 5 * PACE_WON - 1, False), (9_901, 5 * PACE_WON, False),
        (9_000, PACE_WON, False), (10_000, 50 * PACE_WON, False), (9_000, 50 * PACE_WON, True),
    ],
)  # fmt: skip
def test_it_takes_a_surge_and_a_fall(price_won, traded_won, is_met):
    assert holds(price_won, traded_won) == is_met


@pytest.mark.parametrize(("volume_shares", "is_met"), [(999, False), (1000, True), (1001, True)])
def test_the_day_must_have_as_much_volume_as_the_one_before(volume_shares, is_met):
    shares = {"cum_volume_shares": volume_shares, "previous_volume_shares": 1000}
    assert holds(9_900, 5 * PACE_WON, **shares) == is_met


def test_the_day_before_need_not_be_asked():
    shares = {"cum_volume_shares": 1, "previous_volume_shares": 1000}
    assert holds(9_900, 5 * PACE_WON, previous_day_times=0.0, **shares)


def test_where_kis_does_not_tell_the_day_before_is_not_asked():
    assert holds(9_900, 5 * PACE_WON, previous_volume_shares=0)


def test_a_pace_that_was_not_seen_whole_says_nothing():
    tape = quiet_day()
    del tape.points[0]
    tape.since_s = tape.points[0].at_s
    assert reading_at(9_000, 50 * PACE_WON, tape) is None


def test_a_pace_that_reaches_over_a_gap_says_nothing():
    tape = quiet_day()
    tape.since_s = TEN - 120
    assert reading_at(9_000, 50 * PACE_WON, tape) is None


def test_without_a_pace_nothing_surges():
    assert reading_at(9_000, 50 * PACE_WON, quiet_day(0)) is None


@given(st.integers(1, 100), st.integers(1, 50), st.integers(1, 3600), st.integers(60, 7200))
def test_exactly_so_many_times_and_so_much_is_enough(times, percent, window_s, pace_s):
    """Whatever floating point makes of it."""
    tape, begun_won = Tape(), 7200 * 3600
    tape.add(Point(TEN - window_s - pace_s, 10_000, 0, 0), 20_000)
    tape.add(Point(TEN - window_s, 10_000, 0, begun_won * pace_s), 20_000)
    traded_won = begun_won * window_s * times
    params = {"times": float(times), "fall_ratio": percent / 100, "window_sec": window_s, "pace_sec": pace_s}
    price = sight(100 * (100 - percent), tape=tape, cum_turnover_won=begun_won * pace_s + traded_won)
    reading = read(Params(**params), price)
    assert reading and reading.holds


@pytest.mark.parametrize("rest", [{}, {"previous_volume_shares": 10, "previous_day_times": 0.0}])
def test_what_is_not_asked_is_no_measure_of_how_far_it_goes(rest):
    """A `not` of it counts again once it was met by far enough."""
    reading = reading_at(9_000, 100 * PACE_WON, **rest)
    assert reading and reading.distance == -0.09
