"""Beyond the high or the low, of the day so far or of the day before."""

import pytest
from sights import TEN, Judge, sight, taped

from kis_actors.rules.breakout import Params, read
from kis_actors.signals.sight import Reading
from kis_actors.signals.tape import Tape

DAY_OLD_ENOUGH = {"since_open_s": 1800.0}
BEFORE = {"previous_high_won": 10_500, "previous_low_won": 9_500}
DAY = taped((TEN - 60, 10_200), (TEN - 30, 9_800))


@pytest.mark.parametrize(
    ("of", "price_won", "is_beyond"),
    [
        ("day_high", 10_200, False), ("day_high", 10_201, True), ("day_high", 9_700, False),
        ("day_low", 9_800, False), ("day_low", 9_799, True), ("day_low", 10_300, False),
        ("previous_high", 10_500, False), ("previous_high", 10_501, True), ("previous_high", 9_000, False),
        ("previous_low", 9_500, False), ("previous_low", 9_499, True), ("previous_low", 11_000, False),
    ],
)  # fmt: skip
def test_beyond_is_more_than_at_the_level(of, price_won, is_beyond):
    reading = read(Params(of=of), sight(price_won, tape=DAY, **BEFORE, **DAY_OLD_ENOUGH))
    assert reading and reading.holds == is_beyond


def test_a_reading_says_price_and_level():
    reading = read(Params(of="previous_low"), sight(9_405, **BEFORE))
    assert reading == Reading(9_405.0, 9_500, -0.01, 9_500)


@pytest.mark.parametrize("percent", range(1, 50))
@pytest.mark.parametrize("of", ["previous_high", "previous_low"])
def test_so_far_beyond_includes_exactly_so_far(of, percent):
    """Whatever floating point makes of it."""
    sign = 1 if of == "previous_high" else -1
    levels = {"previous_high_won": 10_000, "previous_low_won": 10_000}
    beyond_won = [100 * (100 + sign * percent) + sign * more for more in (-1, 0)]
    readings = [read(Params(of=of, by_ratio=percent / 100), sight(won, **levels)) for won in beyond_won]
    assert [reading and reading.holds for reading in readings] == [False, True]


@pytest.mark.parametrize("of", ["day_high", "day_low", "previous_high", "previous_low"])
def test_without_a_level_there_is_no_breakout(of):
    assert read(Params(of=of), sight(1, tape=Tape(), **DAY_OLD_ENOUGH)) is None


@pytest.mark.parametrize(("since_open_s", "is_said"), [(1799.0, False), (1800.0, True)])
@pytest.mark.parametrize("of", ["day_high", "day_low"])
def test_a_young_day_has_no_extremes_yet(of, since_open_s, is_said):
    assert (read(Params(of=of), sight(1, tape=DAY, since_open_s=since_open_s)) is not None) == is_said


def test_the_day_before_is_a_level_from_the_first_price():
    assert Judge({"low": Params(of="previous_low")}, since_open_s=0.0, **BEFORE).over(9_400) == [0]


def test_a_new_low_counts_again_once_the_price_was_away():
    story = Judge({"low": Params(of="day_low")}, **DAY_OLD_ENOUGH)
    assert story.over(10_000, 9_990, 9_980, 9_970, 10_030, 9_960) == [1, 5]


def test_a_high_that_kis_tells_of_is_a_level_too():
    story = Judge({"high": Params(of="day_high")}, **DAY_OLD_ENOUGH)
    story.at(0, 10_000)
    story.tape.note_extremes(10_300, 9_900)
    assert story.over((1, 10_200), (2, 10_301)) == [2]
