"""So much lost within so many minutes."""

import pytest
from sights import TEN, Judge, sight, taped

from kis_actors.rules.rapid_fall import Params, read
from kis_actors.signals.sight import Reading

FALL = Params(fall_ratio=0.03, window_sec=300.0)


def test_a_reading_says_change_limit_and_price_before():
    reading = read(FALL, sight(9_600, tape=taped((TEN - 300, 10_000))))
    assert reading == Reading(9_600 / 10_000 - 1, -0.03, -0.01, 10_000)


@pytest.mark.parametrize(("price_won", "is_met"), [(9_701, False), (9_700, True), (9_699, True), (12_000, False)])
def test_the_fall_is_met_at_exactly_so_much(price_won, is_met):
    reading = read(FALL, sight(price_won, tape=taped((TEN - 300, 10_000))))
    assert reading and reading.holds == is_met


@pytest.mark.parametrize("percent", range(1, 90))
def test_floating_point_misses_no_fall(percent):
    reading = read(Params(fall_ratio=percent / 100), sight(100 * (100 - percent), tape=taped((TEN - 300, 10_000))))
    assert reading and reading.holds


def test_a_window_that_was_not_seen_whole_says_nothing():
    assert read(FALL, sight(5_000, tape=taped((TEN - 299, 10_000)))) is None


def test_a_window_that_reaches_over_a_gap_says_nothing():
    tape = taped((TEN - 600, 10_000))
    tape.begin(TEN - 200)
    assert read(FALL, sight(5_000, tape=tape)) is None


def test_the_first_whole_window_after_a_gap_counts():
    story = Judge({"fall": FALL})
    story.at(0, 10_000)
    story.tape.begin(TEN + 100)
    assert story.over((110, 10_000), (399, 9_000), (409, 9_000), (410, 9_000)) == [410]


def test_the_price_of_that_very_second_is_the_base():
    tape = taped((TEN - 301, 12_000), (TEN - 300, 10_000), (TEN - 1, 9_000))
    reading = read(FALL, sight(9_800, tape=tape))
    assert reading and reading.base_won == 10_000


def test_a_slow_fall_is_none():
    assert Judge({"fall": FALL}).over(*((minute * 60, 10_000 - 50 * minute) for minute in range(30))) == []


def test_a_fall_counts_when_the_fast_minutes_come():
    slow = [(minute * 60, 10_000) for minute in range(10)]
    assert Judge({"fall": FALL}).over(*slow, (600, 9_800), (660, 9_701), (720, 9_700), (780, 9_600)) == [720]


def test_a_quiet_code_falls_from_its_last_price():
    assert Judge({"fall": FALL}).over((0, 10_000), (3000, 9_700)) == [3000]
