"""How rules are found, and what every one of them brings."""

import msgspec
import pytest
from sights import sight

from kis_actors.limits import RULE_RANGES
from kis_actors.rules import RULES
from kis_actors.signals.params import RuleParams, numbers_of

KINDS = list(RULES.values())


def test_the_folder_is_the_registry_of_rules():
    shipped = ("all_of", "any_of", "breakout", "disparity_threshold", "near_threshold", "not", "rapid_fall",
               "turnover_surge_fall", "vi_or_halt")  # fmt: skip
    assert [name for name in shipped if name not in RULES] == []


@pytest.mark.parametrize("rule", KINDS, ids=list(RULES))
def test_a_rule_says_what_it_is(rule):
    assert (rule.UNIT in ("ratio", "times", "won", ""), sorted(rule.WORDS)) == (True, ["en", "ko"])


@pytest.mark.parametrize("rule", KINDS, ids=list(RULES))
def test_a_rule_measures_or_combines(rule):
    assert hasattr(rule, "read") != hasattr(rule, "combine")


@pytest.mark.parametrize("rule", KINDS, ids=list(RULES))
def test_its_name_is_the_one_in_the_settings(rule):
    assert issubclass(rule.Params, RuleParams) and rule.Params.__struct_config__.tag == rule.NAME


@pytest.mark.parametrize("rule", KINDS, ids=list(RULES))
def test_every_number_of_it_has_a_range(rule):
    assert [name for name in numbers_of(rule.Params()) if name not in RULE_RANGES] == []


@pytest.mark.parametrize("rule", KINDS, ids=list(RULES))
def test_its_defaults_are_within_their_ranges(rule):
    values = msgspec.structs.asdict(rule.Params())
    given = {name: values[name] for name in numbers_of(rule.Params()) if values[name] is not None}
    assert [name for name, value in given.items() if not RULE_RANGES[name][0] <= value <= RULE_RANGES[name][1]] == []


@pytest.mark.parametrize("rule", [rule for rule in KINDS if hasattr(rule, "read")], ids=lambda rule: rule.NAME)
def test_a_price_without_a_day_behind_it_makes_no_signal(rule):
    reading = rule.read(rule.Params(), sight(1, closes_won=()))
    assert reading is None or not reading.holds
