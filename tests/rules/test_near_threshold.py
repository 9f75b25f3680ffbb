"""The approach to the disparity line."""

import pytest
from sights import Judge, sight

from kis_actors.rules.near_threshold import Params, read
from kis_actors.signals.sight import Average

LEVEL = {"closes_won": (10_000,) * 25, "average": Average(25, False)}
BELOW, ABOVE = Params(threshold=-0.08, band=0.01), Params(threshold=0.10, band=0.02)


@pytest.mark.parametrize(
    ("params", "price_won", "is_met", "is_moot"),
    [
        (BELOW, 9_301, False, False), (BELOW, 9_300, True, False), (BELOW, 9_201, True, False),
        (BELOW, 9_200, True, True), (BELOW, 9_000, True, True), (BELOW, 11_000, False, False),
        (ABOVE, 10_799, False, False), (ABOVE, 10_800, True, False), (ABOVE, 10_999, True, False),
        (ABOVE, 11_000, True, True), (ABOVE, 9_000, False, False),
    ],
)  # fmt: skip
def test_near_is_within_the_band_and_not_beyond_the_line(params, price_won, is_met, is_moot):
    reading = read(params, sight(price_won, **LEVEL))
    assert reading and (reading.holds, reading.is_moot) == (is_met, is_moot)


@pytest.mark.parametrize("params", [Params(), Params(threshold=-0.08)])
def test_without_line_or_average_nothing_is_near(params):
    rest = LEVEL if params.threshold is None else {"closes_won": ()}
    assert read(params, sight(9_250, **rest)) is None


def judged(**params: float) -> Judge:
    return Judge({"near": Params(threshold=-0.08, **params)}, **LEVEL)


def test_an_approach_is_told_once():
    assert judged().over(9_400, 9_300, 9_250, 9_210) == [1]


def test_a_crossing_after_the_approach_is_no_second_one():
    assert judged().over(9_400, 9_250, 9_100, 9_250) == [1]


def test_the_next_approach_counts_once_the_price_was_away():
    assert judged().over(9_250, 9_350, 9_250, 9_351, 9_250) == [0, 4]


def test_falling_through_the_band_at_once_is_no_approach():
    assert judged().over(9_400, 9_100, 9_250) == []


def test_what_crosses_the_line_before_it_was_near_long_enough_is_none():
    assert judged(for_sec=5.0).over((0, 9_250), (3, 9_190), (5, 9_250), (20, 9_250)) == []
