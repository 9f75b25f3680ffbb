"""Scenario files: what is read, and what is said about mistakes."""

from typing import get_args

import pytest

from kis_actors.simulator.faults import FaultName, Faults
from kis_actors.simulator.scenario import (
    LISTED,
    Scenario,
    ScenarioUnusable,
    check_codes,
    parse_scenario,
    read_scenario,
    without_unlisted,
)
from kis_actors.simulator.universe import UniverseUnusable, read_universe

from .conftest import ROOT


def complaint(text):
    with pytest.raises(ScenarioUnusable) as caught:
        parse_scenario(text, "s.yaml")
    return str(caught.value)


def test_an_empty_file_is_an_ordinary_day():
    assert parse_scenario("", "s.yaml") == Scenario()


def test_codes_and_times_need_no_quotes():
    scenario = parse_scenario("happenings: [{at: 10:15, code: 000660, what: vi}]", "s.yaml")
    assert (scenario.happenings[0].at, scenario.happenings[0].code) == ("10:15", "000660")


@pytest.mark.parametrize(
    ("entry", "where", "what"),
    [
        ("{at: '9:4', code: 005930, what: vi}", "happenings[0].at", "a whole minute of continuous trading"),
        ("{at: '15:25', code: 005930, what: vi}", "happenings[0].at", "09:00 to 15:19, found '15:25'"),
        ("{at: '10:00', code: 005930, what: slied}", "happenings[0].what", "found 'slied'"),
        ("{at: '10:00', what: vi}", "happenings[0]", "code"),
        ("{at: '10:00', code: 005930, what: crash, fall: lots}", "happenings[0].fall", "found 'lots'"),
        ("{at: '10:00', code: 005930, what: crash, fall: 3}", "happenings[0].fall", "< 0.3, found '3'"),
        ("{at: '10:00', code: 005930, what: vi, minutes: 3}", "happenings[0]", "minutes"),
        ("{at: '10:00', code: 005930, what: halt, until: '09:30'}", "happenings[0]", "later than 10:00"),
    ],
)
def test_mistakes_in_happenings_are_named(entry, where, what):
    said = complaint(f"happenings:\n  - {entry}\n")
    assert said.startswith(f"s.yaml:2: {where}: ") and what in said


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("{at: '09:10', fault: ws_drop, columns: 48}", "Expected no `columns` with ws_drop"),
        ("{at: '09:10', fault: rest_hang, answer: EGW00304}", "Expected no `answer` with rest_hang"),
        ("{at: '09:10', fault: code_silent}", "Expected `code` with code_silent"),
        ("{at: '09:10', fault: ws_refuse, answer: EGW00304}", "Expected `answer` to be one of KIS's codes: OPSP0000"),
        ("{at: '09:10', fault: rest_refuse, answer: OPSP0007}", "Expected `answer` to be one of KIS's codes: EGW00001"),
    ],
)
def test_mistakes_in_faults_are_named(entry, what):
    said = complaint(f"faults:\n  - {entry}\n")
    assert said.startswith("s.yaml:2: faults[0]: ") and what in said


def test_faults_have_usual_parameters():
    names = ("frame_width", "rest_retry_after", "rest_refuse", "token_refuse", "ws_refuse")
    told = parse_scenario(f"faults: [{', '.join(f'{{at: 09:10, fault: {name}}}' for name in names)}]", "s").faults
    assert (told[0].columns, told[1].wait) == (48, 3)
    assert [fault.answer for fault in told[2:]] == ["EGW00304", "EGW00133", "OPSP0007"]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("holidays: {2026-13-01: closed}", "the file", "date"),
        ("holidays: {2026-11-23: shut}", "holidays", "'shut'"),
        ("corporate_actions: [{split: {code: 005930, ratio: 0}}]", "corporate_actions[0].split.ratio", ">= 0.01"),
    ],
)
def test_mistakes_in_holidays_and_corporate_actions_are_named(text, where, what):
    said = complaint(text)
    assert said.startswith(f"s.yaml:1: {where}") and what in said


def test_an_unknown_fault_is_named():
    said = complaint("faults:\n  - {at: '09:10', fault: ws_drop}\n  - {at: '09:11', fault: ws_dorp}\n")
    assert said.startswith("s.yaml:3: faults[1].fault: ") and "'ws_dorp'" in said


def test_text_that_is_no_yaml_is_refused():
    assert complaint("happenings: [").startswith("s.yaml: expected YAML")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ScenarioUnusable, match=r"nothing\.yaml: expected a scenario"):
        read_scenario(tmp_path / "nothing.yaml")


def test_an_unlisted_code_is_refused():
    scenario = parse_scenario("happenings: [{at: '10:00', code: 999999, what: vi}]", "s.yaml")
    with pytest.raises(ScenarioUnusable, match=r"s.yaml: happenings\[0\].code: expected a listed code, found '999999'"):
        check_codes(scenario, ["005930"], "s.yaml")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("faults: [{at: '10:00', fault: code_silent, code: 999999}]", "faults[0].code"),
        ("corporate_actions: [{split: {code: 999999, ratio: 0.2}}]", "corporate_actions[0].split.code"),
    ],
)
def test_faults_and_splits_of_unlisted_codes_are_refused_or_left_out(text, where):
    scenario = parse_scenario(text, "s.yaml")
    with pytest.raises(ScenarioUnusable) as caught:
        check_codes(scenario, ["005930"], "s.yaml")
    assert str(caught.value) == f"s.yaml: {where}: expected a listed code, found '999999'{LISTED}"
    assert without_unlisted(scenario, ["005930"]) == Scenario()


def test_the_default_scenario_fits_the_universe():
    codes = [stock.code for stock in read_universe(ROOT / "config" / "universe.csv")]
    check_codes(read_scenario(ROOT / "config" / "scenario.yaml"), codes, "scenario.yaml")


def test_the_default_scenario_gives_way_to_another_universe():
    scenario = without_unlisted(read_scenario(ROOT / "config" / "scenario.yaml"), ["028300"])
    assert [happening.at for happening in scenario.happenings] == ["10:12", "10:15", "13:12"]
    assert list(scenario.start.disparity) == ["028300"]


def test_every_fault_has_an_example_in_the_default_scenario():
    text = (ROOT / "config" / "scenario.yaml").read_text("utf-8")
    examples = [line.removeprefix("#") for line in text.splitlines() if line.startswith("#   - {at: ")]
    told = parse_scenario("faults:\n" + "\n".join(examples), "scenario.yaml").faults
    assert sorted(fault.fault for fault in told) == sorted(get_args(FaultName))


def test_a_fault_is_found_in_any_span_it_touches():
    faults = Faults(parse_scenario("faults: [{at: '09:10', fault: ws_junk, seconds: 5}]", "s").faults)
    spans = ((32_990, 32_999), (32_990, 33_000), (32_990, 33_060), (33_004, 33_005), (33_005, 33_010))
    assert [bool(faults.during("ws_junk", *span)) for span in spans] == [False, True, True, True, False]


def test_lasting_faults_end_and_sudden_ones_strike_once():
    told = parse_scenario("faults: [{at: '09:10', fault: rest_500, seconds: 5}, {at: '09:20', fault: ws_drop}]", "s")
    faults = Faults(told.faults)
    assert [faults.lasts("rest_500", 33_000 + after_s) for after_s in (-1, 0, 4.9, 5)] == [False, True, True, False]
    assert [faults.struck("ws_drop", *span) for span in ((33_599, 33_600), (33_600, 33_601))] == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name,market,reference_price_won\n005930,x,NYSE,1\n", "u.csv:2: "),
        ("code,name,market,reference_price_won\n", "expected at least one stock"),
    ],
)
def test_a_universe_that_is_none_is_refused(tmp_path, text, said):
    (tmp_path / "u.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UniverseUnusable, match=said):
        read_universe(tmp_path / "u.csv")


def test_a_universe_from_kis_gives_base_prices(tmp_path):
    text = "code,name,market,flags,base_price_won\n005930,x,KOSPI,,71900\n000660,y,KOSPI,,\n"
    (tmp_path / "u.csv").write_text(text, encoding="utf-8")
    assert [stock.reference_price_won for stock in read_universe(tmp_path / "u.csv")] == [71_900, 50_000]
