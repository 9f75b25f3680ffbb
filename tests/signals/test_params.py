"""Other numbers for a market, a group or a code, and rules that make no sense together."""

import pytest
from facts import HYNIX, SAMSUNG

from kis_actors.rules import breakout, disparity_threshold, near_threshold, rapid_fall, turnover_surge_fall
from kis_actors.rules.all_of import Params as AllOf
from kis_actors.rules.any_of import Params as AnyOf
from kis_actors.rules.none_of import Params as NoneOf
from kis_actors.signals.book import ordered
from kis_actors.signals.params import numbers_of, specialised

GROUPS = {"chips": (SAMSUNG, HYNIX), "giants": (SAMSUNG,)}
LINE = disparity_threshold.Params()


def fall_for(code: str = SAMSUNG, market: str = "KOSPI", **per: dict[str, float]) -> rapid_fall.Params:
    params = specialised(rapid_fall.Params(per=per), code, market, GROUPS)
    assert isinstance(params, rapid_fall.Params)
    return params


# --- per


def test_without_other_numbers_a_rule_is_as_written():
    assert specialised(LINE, SAMSUNG, "KOSPI", GROUPS) is LINE


def test_a_market_may_have_its_own_number():
    assert fall_for(market="KOSDAQ", KOSDAQ={"fall_ratio": 0.05}).fall_ratio == 0.05


def test_another_market_keeps_the_usual_number():
    assert fall_for(market="KOSPI", KOSDAQ={"fall_ratio": 0.05}).fall_ratio == 0.03


def test_a_group_wins_over_its_market():
    assert fall_for(HYNIX, chips={"fall_ratio": 0.04}, KOSPI={"fall_ratio": 0.05}).fall_ratio == 0.04


def test_a_later_group_wins_over_an_earlier_one():
    assert fall_for(giants={"fall_ratio": 0.01}, chips={"fall_ratio": 0.04}).fall_ratio == 0.01


def test_a_code_wins_over_everything():
    per = {SAMSUNG: {"fall_ratio": 0.02}, "giants": {"fall_ratio": 0.01}, "KOSPI": {"fall_ratio": 0.05}}
    assert fall_for(**per).fall_ratio == 0.02


def test_numbers_of_several_are_combined():
    params = fall_for(KOSPI={"fall_ratio": 0.05, "for_sec": 5.0}, chips={"fall_ratio": 0.04})
    assert (params.fall_ratio, params.for_sec) == (0.04, 5.0)


def test_a_whole_number_stays_one():
    won = fall_for(KOSPI={"min_turnover_won": 1e9}).min_turnover_won
    assert (won, type(won)) == (1_000_000_000, int)


def test_a_number_that_was_left_open_may_be_set():
    params = specialised(near_threshold.Params(per={SAMSUNG: {"threshold": -0.1}}), SAMSUNG, "KOSPI", {})
    assert params == near_threshold.Params(threshold=-0.1)


def test_what_is_specialised_is_so_no_further():
    assert fall_for(KOSPI={"fall_ratio": 0.05}).per == {}


@pytest.mark.parametrize(
    ("params", "own"),
    [
        (LINE, ("threshold",)), (near_threshold.Params(), ("threshold", "band")), (AllOf(of=("a",)), ()),
        (rapid_fall.Params(), ("fall_ratio", "window_sec")), (breakout.Params(), ("by_ratio", "min_day_sec")),
        (turnover_surge_fall.Params(), ("times", "window_sec", "pace_sec", "previous_day_times", "fall_ratio")),
    ],
)  # fmt: skip
def test_numbers_alone_differ_from_code_to_code(params, own):
    shared = ("for_sec", "rearm_ratio", "cooldown_sec", "max_age_sec", "min_turnover_won")
    assert sorted(numbers_of(params)) == sorted((*shared, *own))


@pytest.mark.parametrize("name", ["fal_ratio", "enabled", "alert", "session", "markets", "codes", "per", "rule"])
def test_any_other_name_is_refused(name):
    with pytest.raises(ValueError, match=f"^fall.per.KOSDAQ changes '{name}', which is none of .*fall_ratio"):
        ordered({"fall": rapid_fall.Params(per={"KOSDAQ": {name: 1.0}})})


# --- rules of rules


def test_what_combines_others_comes_after_them():
    rules = {"both": AllOf(of=("either", "line")), "either": AnyOf(of=("fall",)), "line": LINE,
             "fall": rapid_fall.Params()}  # fmt: skip
    assert list(ordered(rules)) == ["fall", "either", "line", "both"]


def test_other_rules_keep_their_order():
    assert list(ordered({"b": LINE, "a": LINE, "c": LINE})) == ["b", "a", "c"]


def test_the_level_of_a_breakout_is_no_rule():
    assert list(ordered({"low": breakout.Params(of="day_low")})) == ["low"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"a": AllOf(of=("a",))}, "a -> a goes in a circle"),
        ({"a": AllOf(of=("b",)), "b": NoneOf(of=("a",))}, "a -> b -> a goes in a circle"),
        ({"line": LINE, "a": AnyOf(of=("line", "b")), "b": AllOf(of=("c",)), "c": NoneOf(of=("b",))},
         "a -> b -> c -> b goes in a circle"),
        ({"a": AnyOf(of=("nine",))}, "a.of names 'nine', which is no rule here"),
        ({"a": AnyOf()}, "a.of names no rule"),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_together_are_refused(rules, said):
    with pytest.raises(ValueError) as caught:
        ordered(rules)
    assert str(caught.value) == said


def test_a_rule_may_serve_two_others():
    rules = {"a": AnyOf(of=("line",)), "b": AllOf(of=("line", "a")), "line": LINE}
    assert list(ordered(rules)) == ["line", "a", "b"]


@pytest.mark.parametrize("of", [{"codes": ("bank",)}, {"per": {"bank": {"for_sec": 1.0}}}], ids=["codes", "per"])
def test_a_group_that_is_not_there_is_refused(of):
    with pytest.raises(ValueError, match="names 'bank', which is no code"):
        ordered({"fall": rapid_fall.Params(**of)}, {"banks": ("105560",)})


@pytest.mark.parametrize("name", ["banks", SAMSUNG, "0126Z0"])
def test_groups_and_codes_may_be_named(name):
    rules = {"fall": rapid_fall.Params(codes=(name,), per={name: {"for_sec": 1.0}, "KOSDAQ": {"for_sec": 2.0}})}
    assert ordered(rules, {"banks": ("105560",)}) == rules
