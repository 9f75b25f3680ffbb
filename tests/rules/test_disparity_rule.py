"""The one rule so far, and how rules are found."""

import pytest
from facts import settings

from kis_actors.market.baseline import closes_needed, disparity_of
from kis_actors.rules import RULES
from kis_actors.rules.disparity_threshold import NAME, Memory, judge
from kis_actors.rules.sight import Crossing, Sight

CLOSES_WON = (10_000,) * 24
ARMED, SPENT = Memory(), Memory(is_armed=False)


def seen(price_won: int, closes_won: tuple[int, ...] = CLOSES_WON, **signal: object) -> Sight:
    return Sight(price_won, closes_won, settings(monitor={"signal": signal}).monitor.signal)


def average(price_won: int = 9_100, closes_won: tuple[int, ...] = CLOSES_WON, *, includes_today: bool = True) -> float:
    found = disparity_of(price_won, closes_won, ma_days=25, includes_today=includes_today)
    assert found is not None
    return found.average_won


def test_the_folder_is_the_registry_of_rules():
    assert list(RULES) == [NAME]


def test_a_crossing_says_value_threshold_and_average():
    _, crossing = judge(ARMED, seen(9_100))
    assert crossing == Crossing(value=9_100 / 9_964 - 1, threshold=-0.08, average_won=9_964.0)


def test_a_crossing_disarms():
    assert judge(ARMED, seen(9_100))[0] == SPENT


def test_a_disarmed_rule_sees_no_crossing():
    assert judge(SPENT, seen(9_100)) == (SPENT, None)


def test_rearming_is_no_crossing():
    assert judge(SPENT, seen(9_222)) == (ARMED, None)


def test_the_way_back_depends_on_the_setting():
    assert judge(SPENT, seen(9_222, rearm_ratio=0.02)) == (SPENT, None)


@pytest.mark.parametrize("memory", [ARMED, SPENT])
def test_too_few_closes_change_nothing(memory):
    assert judge(memory, seen(1, CLOSES_WON[:23])) == (memory, None)


def test_a_positive_threshold_may_be_set():
    _, crossing = judge(ARMED, seen(10_400, disparity_threshold=0.05))
    assert crossing is not None


# --- the average itself


def test_the_average_includes_the_price_itself():
    assert average(9_100) == (24 * 10_000 + 9_100) / 25


def test_the_average_takes_the_newest_closes():
    assert average(10_000, (1, 1, *CLOSES_WON)) == 10_000


def test_without_today_the_price_is_no_part():
    assert average(1, (10_000,) * 25, includes_today=False) == 10_000


@pytest.mark.parametrize(("includes_today", "needed"), [(True, 24), (False, 25)])
def test_one_close_less_is_needed_with_today(includes_today, needed):
    assert closes_needed(25, includes_today) == needed
