"""The disparity line, below and above the average; and the average itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sights import CLOSES_WON, sight

from kis_actors.market.baseline import closes_needed, disparity_of
from kis_actors.rules.disparity_threshold import Params, read
from kis_actors.signals.sight import Average, Reading

DAYS_BEFORE = Average(25, False)
LEVEL = {"closes_won": (10_000,) * 25, "average": DAYS_BEFORE}
"""An average of exactly 10,000 won, whatever the price."""


def holds(price_won: int, threshold: float, **rest: object) -> bool:
    reading = read(Params(threshold=threshold), sight(price_won, **(rest or LEVEL)))
    assert reading is not None
    return reading.holds


def test_a_reading_says_value_line_and_average():
    reading = read(Params(), sight(9_100))
    disparity = 9_100 / 9_964 - 1
    assert reading == Reading(disparity, -0.08, round(disparity + 0.08, 12), 9_964.0)


@pytest.mark.parametrize(("price_won", "is_beyond"), [(9_201, False), (9_200, True), (9_199, True)])
def test_below_means_at_the_line_or_lower(price_won, is_beyond):
    assert holds(price_won, -0.08) == is_beyond


@pytest.mark.parametrize(("price_won", "is_beyond"), [(10_999, False), (11_000, True), (11_001, True)])
def test_above_means_at_the_line_or_higher(price_won, is_beyond):
    assert holds(price_won, 0.10) == is_beyond


def test_with_today_the_average_goes_along_with_the_price():
    assert (holds(9_170, -0.08, average=Average(25, True)), holds(9_169, -0.08, average=Average(25, True))) == (
        False, True,
    )  # fmt: skip


def test_too_few_closes_are_no_average():
    assert read(Params(), sight(1, closes_won=CLOSES_WON[:23])) is None


@given(st.integers(-90, 90).filter(bool))
def test_a_price_exactly_on_any_line_counts(percent):
    """Whatever floating point makes of it."""
    assert holds(100 * (100 + percent), percent / 100)


@given(st.integers(1, 10**6), st.sampled_from([-0.2, -0.08, -0.01, 0.01, 0.3]))
def test_it_holds_exactly_at_and_beyond_the_line(price_won, threshold):
    thousandths = round(threshold * 1000)
    is_beyond = price_won <= 10_000 + 10 * thousandths if threshold < 0 else price_won >= 10_000 + 10 * thousandths
    assert holds(price_won, threshold) == is_beyond


# --- the average itself


def average(price_won: int = 9_100, closes_won: tuple[int, ...] = CLOSES_WON, *, includes_today: bool = True) -> float:
    found = disparity_of(price_won, closes_won, ma_days=25, includes_today=includes_today)
    assert found is not None
    return found.average_won


def test_the_average_includes_the_price_itself():
    assert average(9_100) == (24 * 10_000 + 9_100) / 25


def test_the_average_takes_the_newest_closes():
    assert average(10_000, (1, 1, *CLOSES_WON)) == 10_000


def test_without_today_the_price_is_no_part():
    assert average(1, (10_000,) * 25, includes_today=False) == 10_000


@pytest.mark.parametrize(("includes_today", "needed"), [(True, 24), (False, 25)])
def test_one_close_less_is_needed_with_today(includes_today, needed):
    assert closes_needed(25, includes_today) == needed
