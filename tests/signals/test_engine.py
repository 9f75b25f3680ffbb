"""When what a rule measures becomes a signal: once each time, long enough, where and while it may."""

import pytest
from facts import HYNIX, SAMSUNG
from hypothesis import given
from hypothesis import strategies as st
from sights import TEN, Judge, sight

from kis_actors.rules import breakout, disparity_threshold, near_threshold, rapid_fall, vi_or_halt
from kis_actors.signals.engine import KNOWN_MAX, Memory, applied, forget_holding, judge, nearest, window_s_of

LINE = disparity_threshold.Params()
ABOVE, BELOW, REARMING, NOT_YET_ARMED = 9_300, 9_100, 9_222, 9_221
"""With 24 closes of 10,000 won the line of -8 % is crossed at 9,169 won, and armed again from 9,222 won."""


def line(**params: object) -> Judge:
    """One disparity line at -8 %."""
    return Judge({"line": disparity_threshold.Params(**params)})


# --- once each time


def test_it_counts_when_it_begins_to_hold():
    assert line().over(ABOVE, BELOW, BELOW) == [1]


def test_what_holds_at_first_sight_counts():
    assert line().over(BELOW) == [0]


def test_the_way_back_must_be_far_enough():
    assert line().over(BELOW, NOT_YET_ARMED, BELOW, REARMING, BELOW) == [0, 4]


def test_the_way_back_may_come_in_steps():
    assert line().over(BELOW, NOT_YET_ARMED, REARMING, BELOW) == [0, 3]


def test_without_a_way_back_every_crossing_counts():
    assert line(rearm_ratio=0.0).over(BELOW, 9_170, BELOW) == [0, 2]


def test_a_price_that_cannot_be_weighed_changes_nothing():
    story = line()
    story.at(0, BELOW)
    story.at(1, ABOVE, closes_won=())
    assert story.at(2, BELOW) == []


def test_each_code_is_remembered_by_itself():
    story = line()
    assert (story.at(0, BELOW), story.at(1, BELOW, code=HYNIX)) == (["line"], ["line"])


def test_each_rule_is_remembered_by_its_name():
    story = Judge({"first": LINE, "second": disparity_threshold.Params(threshold=-0.05)})
    assert [story.at(0, 9_400), story.at(1, BELOW)] == [["second"], ["first"]]


def test_rules_count_in_the_order_of_the_settings():
    story = Judge({"b": LINE, "a": disparity_threshold.Params(threshold=-0.05)})
    assert story.at(0, BELOW) == ["b", "a"]


def test_what_is_for_other_rules_alone_tells_nobody():
    assert line(alert=False).over(ABOVE, BELOW) == []


def test_what_is_disabled_is_not_judged():
    assert line(enabled=False).over(ABOVE, BELOW) == []


def test_what_is_beyond_the_line_already_is_spent_without_a_word():
    approach = Judge({"near": near_threshold.Params(threshold=-0.08)})
    assert approach.over(9_000, 9_250, 9_500, 9_250) == [3]


# --- for


def test_it_must_hold_for_so_long():
    assert line(for_sec=10.0).over((0, BELOW), (9, BELOW), (10, BELOW), (11, BELOW)) == [10]


def test_a_look_that_does_not_hold_begins_anew():
    assert line(for_sec=10.0).over((0, BELOW), (5, 9_170), (6, BELOW), (15, BELOW), (16, BELOW)) == [16]


def test_a_look_within_the_way_back_begins_anew_too():
    assert line(for_sec=2.0).over((0, BELOW), (2, BELOW), (3, REARMING), (4, BELOW), (5, BELOW), (6, BELOW)) == [2, 6]


def test_time_that_runs_backwards_is_no_time_held():
    assert line(for_sec=10.0).over((100, BELOW), (50, BELOW), (109, BELOW), (110, BELOW)) == [110]


def test_what_was_missed_was_not_held():
    story = line(for_sec=10.0)
    story.at(0, BELOW)
    forget_holding(story.memories, SAMSUNG)
    assert story.over((10, BELOW), (19, BELOW), (20, BELOW)) == [20]


def test_missing_something_of_a_code_never_seen_is_harmless():
    forget_holding({}, SAMSUNG)


def test_what_holds_waits_until_it_counts():
    story = line(for_sec=10.0)
    waits = [(story.at(at_s, BELOW), story.is_waiting) for at_s in (0, 9, 10)]
    assert waits == [([], True), ([], True), (["line"], False)]


def test_nothing_waits_that_need_not_hold():
    story = line()
    story.at(0, BELOW)
    assert not story.is_waiting


def test_what_holds_longer_for_one_market_waits_there():
    story = line(per={"KOSPI": {"for_sec": 10.0}})
    assert (story.at(0, BELOW), story.is_waiting) == ([], True)


def test_a_rule_that_is_gone_waits_for_nothing():
    story = Judge({})
    story.memories[SAMSUNG] = {"line": Memory(holds_since_s=TEN)}
    assert (story.at(0, BELOW), story.is_waiting) == ([], False)


def test_what_waits_goes_on_waiting_while_a_gate_keeps_prices_out():
    story = line(for_sec=10.0)
    story.at(0, BELOW)
    assert (story.at(5, BELOW, is_regular=False), story.is_waiting) == ([], True)


def test_a_new_low_is_not_measured_by_itself_while_it_holds():
    story = Judge({"low": breakout.Params(for_sec=10.0)}, since_open_s=7200.0)
    assert story.over((0, 9_500), (1, 9_400), (5, 9_450), (11, 9_450), (12, 9_450)) == [11]


def test_a_low_that_did_not_hold_is_the_new_level():
    story = Judge({"low": breakout.Params(for_sec=10.0)}, since_open_s=7200.0)
    assert story.over((0, 9_500), (1, 9_400), (5, 9_500), (6, 9_450), (20, 9_450), (21, 9_390), (31, 9_390)) == [31]


# --- gates


def test_other_sessions_are_not_judged():
    assert line().at(0, BELOW, is_regular=False) == []


def test_other_sessions_are_judged_when_asked_for():
    assert line(session="all").at(0, BELOW, is_regular=False) == ["line"]


@pytest.mark.parametrize(("age_s", "names"), [(60.0, ["line"]), (60.1, [])])
def test_an_old_price_is_not_judged(age_s, names):
    assert line(max_age_sec=60.0).at(0, BELOW, age_s=age_s) == names


@pytest.mark.parametrize(("turnover_won", "names"), [(999, []), (1000, ["line"])])
def test_a_code_hardly_traded_is_not_judged(turnover_won, names):
    assert line(min_turnover_won=1000).at(0, BELOW, cum_turnover_won=turnover_won) == names


def test_what_may_not_be_judged_neither_arms_nor_disarms():
    story = line()
    story.at(0, BELOW)
    story.at(1, ABOVE, is_regular=False)
    assert story.at(2, BELOW) == []


def test_a_gate_that_opens_lets_a_crossing_through_once():
    story = line(min_turnover_won=1000)
    turnovers = (0, 1000, 1001)
    assert [story.at(at_s, BELOW, cum_turnover_won=won) for at_s, won in enumerate(turnovers)] == [[], ["line"], []]


@pytest.mark.parametrize("kind", ["vi", "halt"])
def test_an_interruption_silences_all_but_its_own_rule(kind):
    story = Judge({"line": LINE, "stop": vi_or_halt.Params()})
    assert story.at(0, BELOW, interruption=kind) == ["stop"]


def test_after_an_interruption_the_price_is_judged():
    story = line()
    story.at(0, BELOW, interruption="vi")
    assert story.at(1, BELOW) == ["line"]


# --- where a rule applies


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, ["line"]), ({"markets": ("KOSPI",)}, ["line"]), ({"markets": ("KOSDAQ",)}, []),
        ({"markets": ("KOSDAQ", "KOSPI")}, ["line"]), ({"codes": (SAMSUNG,)}, ["line"]), ({"codes": (HYNIX,)}, []),
        ({"codes": ("chips",)}, ["line"]), ({"codes": ("banks",)}, []), ({"codes": ("banks", SAMSUNG)}, ["line"]),
        ({"markets": ("KOSDAQ",), "codes": (SAMSUNG,)}, []),
    ],
)  # fmt: skip
def test_a_rule_looks_only_where_it_should(params, names):
    groups = {"chips": (SAMSUNG, HYNIX), "banks": ("105560",)}
    assert Judge({"line": disparity_threshold.Params(**params)}, groups).at(0, BELOW) == names


# --- what it costs, and what is nearest


@pytest.mark.parametrize(
    ("rules", "window_s"),
    [
        ({}, 1), ({"line": LINE}, 1), ({"fall": rapid_fall.Params()}, 301),
        ({"fall": rapid_fall.Params(per={SAMSUNG: {"window_sec": 900.0}})}, 901),
    ],
)  # fmt: skip
def test_the_tape_reaches_back_as_far_as_any_rule_for_any_code(rules, window_s):
    assert window_s_of(rules) == window_s


def near(rules: dict, **rest: object) -> str | None:
    found = nearest(rules, {}, sight(**rest))
    return found and found[0]


def test_the_nearest_rule_is_the_one_with_the_least_to_go():
    assert near({"far": LINE, "close": disparity_threshold.Params(threshold=-0.01)}) == "close"


def test_what_tells_nobody_is_never_nearest():
    assert near({"far": LINE, "close": disparity_threshold.Params(threshold=-0.01, alert=False)}) == "far"


def test_an_approach_is_never_nearest():
    assert near({"near": near_threshold.Params(threshold=-0.01)}) is None


def test_what_sees_nothing_is_never_nearest():
    assert near({"line": LINE}, closes_won=()) is None


def test_a_rule_for_another_market_is_never_nearest():
    assert near({"line": disparity_threshold.Params(markets=("KOSDAQ",))}) is None


# --- against a naive reading of the whole day


def crossings(prices: list[int], *, for_s: int, threshold: float, rearm: float) -> list[int]:
    """Looks back over the whole series each second: it held ever since, and was not told since the last way back."""
    distances = [round(price / ((240_000 + price) / 25) - 1 - threshold, 12) for price in prices]
    told: list[int] = []
    for now, _ in enumerate(prices):
        armed_at = max((at for at in range(now) if distances[at] > rearm), default=-1)
        began = max((at + 1 for at in range(now + 1) if distances[at] > 0), default=0)
        if began <= now - for_s and not any(at > armed_at for at in told):
            told.append(now)
    return told


@given(
    st.lists(st.integers(8_900, 9_450), max_size=60), st.integers(0, 5), st.sampled_from([0.0, 0.002, 0.01]),
)  # fmt: skip
def test_a_signal_comes_exactly_when_the_whole_series_says_so(prices, for_s, rearm):
    story = line(for_sec=float(for_s), rearm_ratio=rearm)
    assert story.over(*prices) == crossings(prices, for_s=for_s, threshold=-0.08, rearm=rearm)


def falls(prices: list[tuple[int, int]], *, window_s: int, fall: float, rearm: float) -> list[int]:
    """The seconds at which the price is so far under the last one of a whole window ago, anew."""
    told, is_armed = [], True
    for number, (at_s, price) in enumerate(prices):
        before = [other for then_s, other in prices[:number] if then_s <= at_s - window_s]
        if not before:
            continue
        distance = round(price / before[-1] - 1 + fall, 12)
        if distance <= 0 and is_armed:
            told.append(at_s)
        is_armed = distance > rearm if distance > 0 and not is_armed else is_armed and distance > 0
    return told


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(9_000, 10_000)), max_size=60), st.integers(5, 60))
def test_a_fall_comes_exactly_when_the_whole_series_says_so(steps, window_s):
    prices, now_s = [], 0
    for step_s, price_won in steps:
        now_s += step_s
        prices.append((now_s, price_won))
    story = Judge({"fall": rapid_fall.Params(window_sec=float(window_s))})
    assert story.over(*prices) == falls(prices, window_s=window_s, fall=0.03, rearm=0.005)


def test_no_more_prices_are_remembered_than_there_is_room_for():
    """And what is measured is the same as without."""
    rules = applied({"line": disparity_threshold.Params()}, {}, SAMSUNG, "KOSPI")
    for price_won in range(9_000, 9_000 + 3 * KNOWN_MAX):
        for _ in range(2):
            memory = {}
            judge(rules, memory, sight(price_won), is_regular=True)
            assert memory["line"].reading == disparity_threshold.read(rules[0].params, sight(price_won))
    assert 0 < len(rules[0].known) <= KNOWN_MAX
