"""all_of, any_of and not, over what other rules measure."""

import pytest
from facts import HYNIX, SAMSUNG
from hypothesis import given
from hypothesis import strategies as st
from sights import Judge, sight

from kis_actors.rules import RULES, all_of, any_of, breakout, disparity_threshold, none_of, rapid_fall, vi_or_halt
from kis_actors.signals.book import ordered
from kis_actors.signals.engine import applied, readings_of
from kis_actors.signals.sight import Average, Reading

LEVEL = {"closes_won": (10_000,) * 25, "average": Average(25, False), "previous_low_won": 9_000}
"""An average of exactly 10,000 won, and a low of the day before of 9,000 won."""
LINE = disparity_threshold.Params(threshold=-0.08, alert=False)
LOW = breakout.Params(of="previous_low", alert=False)
BOTH, EITHER = all_of.Params(of=("line", "low")), any_of.Params(of=("line", "low"))
LINE_ALONE = {"first": none_of.Params(of=("low",), alert=False), "it": all_of.Params(of=("line", "first"))}


def judge(**rules: object) -> Judge:
    return Judge(ordered({"line": LINE, "low": LOW, **rules}), **LEVEL)


def test_all_of_waits_for_the_last():
    assert judge(it=BOTH).over(10_000, 9_200, 8_999, 8_900) == [2]


def test_any_of_counts_with_the_first():
    assert judge(it=EITHER).over(10_000, 9_200, 8_999, 8_900) == [1]


def test_not_excludes():
    assert (judge(**LINE_ALONE).over(10_000, 9_200), judge(**LINE_ALONE).over(10_000, 8_900)) == ([1], [])


def test_not_alone_holds_at_once():
    assert judge(it=none_of.Params(of=("line", "low"))).over(10_000) == [0]


def test_a_composition_is_armed_again_by_the_way_back():
    assert judge(it=BOTH).over(8_900, 9_001, 8_900, 9_300, 8_900) == [0, 4]


def test_a_composition_must_hold_as_long_as_it_is_told():
    both = all_of.Params(of=("line", "low"), for_sec=10.0)
    assert judge(it=both).over((0, 8_900), (9, 8_900), (10, 8_900)) == [10]


def test_a_composition_of_a_new_low_must_hold_with_it():
    low = breakout.Params(of="day_low", min_day_sec=0.0, for_sec=10.0, alert=False)
    both = all_of.Params(of=("line", "day"), for_sec=10.0)
    assert judge(day=low, it=both).over((0, 9_300), (1, 9_100), (6, 9_200), (11, 9_150)) == [11]


def test_of_a_member_only_what_it_measures_counts():
    gated = disparity_threshold.Params(for_sec=3600.0, min_turnover_won=10**15, alert=False)
    assert Judge(ordered({"line": gated, "it": any_of.Params(of=("line",))}), **LEVEL).over(9_100) == [0]


def test_members_alert_by_themselves_too_unless_told_otherwise():
    story = Judge({"line": disparity_threshold.Params(), "it": any_of.Params(of=("line",))}, **LEVEL)
    assert story.at(0, 9_100) == ["line", "it"]


def test_a_composition_may_be_of_compositions():
    rules = {"never": none_of.Params(of=("either",), alert=False), "either": any_of.Params(of=("line", "low")),
             "it": all_of.Params(of=("never", "either"))}  # fmt: skip
    assert "it" not in judge(**rules).at(0, 8_900)


STOP = vi_or_halt.Params(alert=False)
INTERRUPTIONS = [
    ({"it": all_of.Params(of=("stop", "line"))}, ["it"]),
    ({"it": any_of.Params(of=("stop", "low"))}, ["it"]),
    ({"either": any_of.Params(of=("low", "stop"), alert=False), "it": all_of.Params(of=("line", "either"))}, ["it"]),
    ({"it": all_of.Params(of=("stop", "low"))}, []),
    ({"it": none_of.Params(of=("stop",))}, []),
    ({"it": any_of.Params(of=("line", "low"))}, []),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "names"), INTERRUPTIONS)
def test_an_interruption_silences_compositions_without_its_rule(rules, names):
    assert judge(stop=STOP, **rules).at(0, 9_100, interruption="vi") == names


def test_an_interruption_counts_in_a_composition_again_after_a_trade():
    story = judge(stop=STOP, it=all_of.Params(of=("stop", "line")))
    kinds = ("vi", "vi", "", "vi")
    assert [story.at(second, 9_100, interruption=kind) for second, kind in enumerate(kinds)] == [["it"], [], [], ["it"]]


def test_without_a_price_only_interruptions_are_seen():
    members = ("stop", "line")
    story = judge(stop=vi_or_halt.Params(), both=all_of.Params(of=members), either=any_of.Params(of=members))
    assert story.at(0, 0, interruption="vi") == ["stop", "either"]


# --- members that see nothing


@pytest.mark.parametrize(("kind", "names"), [(all_of, []), (any_of, ["it"]), (none_of, [])])
@pytest.mark.parametrize("blind", [rapid_fall.Params(alert=False), disparity_threshold.Params(codes=(HYNIX,))])
def test_only_any_of_does_without_a_member_that_sees_nothing(kind, names, blind):
    assert judge(blind=blind, it=kind.Params(of=("line", "blind"))).at(0, 9_100) == names


@pytest.mark.parametrize("kind", [all_of, any_of, none_of])
def test_members_that_all_see_nothing_say_nothing(kind):
    rules = ordered({"blind": rapid_fall.Params(), "it": kind.Params(of=("blind",))})
    assert readings_of(applied(rules, {}, SAMSUNG, "KOSPI"), sight(), {})["it"] is None


def test_a_disabled_member_sees_nothing():
    off = disparity_threshold.Params(enabled=False)
    assert judge(off=off, it=none_of.Params(of=("off",))).at(0, 10_000) == []


# --- whatever the members measure


DISTANCES = st.lists(st.one_of(st.none(), st.floats(-1, 1)), max_size=5)


def combined(name: str, distances: list[float | None]) -> bool | None:
    readings = tuple(None if distance is None else Reading(0.0, 0.0, distance) for distance in distances)
    reading = RULES[name].combine(RULES[name].Params(), readings)
    return reading and reading.holds


@given(DISTANCES)
def test_all_of_holds_when_all_do(distances):
    is_whole = bool(distances) and None not in distances
    assert combined("all_of", distances) == (all(each <= 0 for each in distances) if is_whole else None)


@given(DISTANCES)
def test_any_of_holds_when_one_does(distances):
    known = [each for each in distances if each is not None]
    assert combined("any_of", distances) == (any(each <= 0 for each in known) if known else None)


@given(DISTANCES)
def test_not_holds_when_none_does(distances):
    is_whole = bool(distances) and None not in distances
    assert combined("not", distances) == (all(each > 0 for each in distances) if is_whole else None)
