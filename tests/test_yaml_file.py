from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kis_actors.settings import Settings
from kis_actors.yaml_file import BYTES_MAX, SettingsError, read_assignment, read_text, read_yaml


def values_of(text: str) -> dict[str, Any]:
    reading = read_yaml(text, Settings, "file")
    assert reading.problems == []
    return reading.values


def problems_of(text: str) -> list[str]:
    return [str(problem).removeprefix("file:") for problem in read_yaml(text, Settings, "file").problems]


# Values


def test_only_keys_written_out_are_returned():
    assert values_of("monitor: {mode: B}") == {"monitor": {"mode": "B"}}


def test_a_stock_code_stays_text():
    assert values_of("universe: {file: 000660}") == {"universe": {"file": "000660"}}


def test_an_empty_section_has_nothing_written_out():
    assert values_of("monitor:\n  signal:\n") == {"monitor": {"signal": {}}}


@pytest.mark.parametrize("null", ["null", "~", ""])
def test_null_is_taken_where_it_is_allowed(null: str):
    assert values_of(f"kis:\n  rest_url: {null}\n") == {"kis": {"rest_url": None}}


def test_a_quoted_null_is_text():
    assert values_of('kis: {rest_url: "null"}') == {"kis": {"rest_url": "null"}}


def test_every_value_has_its_place():
    assert read_yaml("kis:\n  env: real\n", Settings, "file").places["kis.env"] == ("file", 2, 8)


def test_an_alias_is_the_value_it_names():
    assert values_of("kis: {env: &e real}\nuniverse: {file: *e}")["universe"] == {"file": "real"}


# Mistakes


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("monitor: {max_ws_sub: 7}", "1:11: unknown key 'monitor.max_ws_sub'; did you mean monitor.max_ws_subs?"),
        ("ma_days: 25", "1:1: unknown key 'ma_days'; did you mean monitor.signal.ma_days?"),
        ("log:\n  xyz: 1", "2:3: unknown key 'log.xyz'; write one of data_dir, durability"),
        ("kis: {env: real, env: paper}", "1:18: kis.env comes twice, first on line 1; keep one of the two"),
        ("monitor: []", "1:10: monitor: expected keys and values, found a list; write `key: value` lines"),
        ("- 1", "1:1: the file: expected keys and values, found a list; write `key: value` lines"),
        ("[a]: 1", "1:1: expected a key, found a list; write a word"),
        ("monitor: {enabled: no}", "1:20: monitor.enabled: expected true or false, found 'no'; write false"),
        ("monitor: {mode: b}", "1:17: monitor.mode: expected A or B, found 'b'; write B"),
        ("kis: {env: rael}", "1:12: kis.env: expected real or paper, found 'rael'; write real"),
        ("kis: {env: null}", "1:12: kis.env: expected real or paper, found nothing; write real or paper"),
        ("monitor: {max_ws_subs: 7.5}", "1:24: monitor.max_ws_subs: expected a whole number, found '7.5'; write"),
        ("kis: {rest_timeout_sec: {}}", "1:25: kis.rest_timeout_sec: expected a number, found keys and values; write"),
        ("kis: {ws_reconnect_delays_sec: 3}", "1:32: kis.ws_reconnect_delays_sec: expected a list, found '3'; write"),
        ("kis: {ws_reconnect_delays_sec: [1, x]}", "1:36: kis.ws_reconnect_delays_sec[1]: expected a number"),
        ("clock: {anchor: 2026-11-20T09:00:00}", "1:17: clock.anchor: expected an instant with its zone, found"),
        ('universe: {file: "a\\nb"}', "1:18: universe.file: expected text on one line, found 'a\\nb'; write"),
        ('universe: {file: ""}', "1:18: universe.file: expected text on one line, found ''; write"),
        ("monitor:\n\tmode: A", "2:1: a tab stands where YAML wants spaces; write two spaces for each level"),
        ("monitor: {mode: A", "1:18: not YAML: expected ',' or '}', but got '<stream end>'; write"),
        ("a: 1\nb: \x00", "2:4: a character that YAML forbids; remove it"),
        ('a: "\\UFFFFFFFF"', "1:1: not YAML: "),
        ("[" * 20_000, "1:1: not YAML: RecursionError"),
    ],
)
def test_a_mistake_is_reported_with_its_place(text: str, problem: str):
    assert problems_of(text)[0].startswith(problem)


def test_a_percentage_is_answered_with_its_ratio():
    assert problems_of("monitor: {signal: {disparity_threshold: -8%}}")[0].endswith("found '-8%'; write -0.08")


def test_an_alias_of_itself_ends():
    assert len(problems_of("&a {monitor: *a}")) == 1


# Assignments


def test_an_assignment_may_be_a_list():
    reading = read_assignment("kis.ws_reconnect_delays_sec=[5, 10]", Settings, "--set")
    assert reading.values == {"kis": {"ws_reconnect_delays_sec": (5, 10)}}


def test_an_assignment_may_hold_colons_and_equal_signs():
    reading = read_assignment("kis.rest_url=https://kis.example:9443/?a=b", Settings, "--set")
    assert reading.values == {"kis": {"rest_url": "https://kis.example:9443/?a=b"}}


@pytest.mark.parametrize(
    ("assignment", "problem"),
    [
        ("monitor.mode", "--set:1:1: expected KEY=VALUE, found 'monitor.mode'"),
        ("mode=B", "--set:1:1: unknown key 'mode'; did you mean monitor.mode?"),
        ("monitor.mod=B", "--set:1:9: unknown key 'monitor.mod'; did you mean monitor.mode?"),
        ("monitor=B", "--set:1:9: monitor: expected keys and values, found 'B'"),
        ("monitor.mode=C", "--set:1:14: monitor.mode: expected A or B, found 'C'"),
        ("kis.ws_reconnect_delays_sec=[1,x]", "--set:1:32: kis.ws_reconnect_delays_sec[1]: expected a number"),
        ("kis.ws_reconnect_delays_sec=[1", "--set:1:31: not YAML"),
        ("=", "--set:1:1: unknown key ''"),
    ],
)
def test_a_mistake_in_an_assignment_is_reported(assignment: str, problem: str):
    assert str(read_assignment(assignment, Settings, "--set").problems[0]).startswith(problem)


# Files


def test_a_byte_order_mark_is_dropped(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfmonitor:\n")
    assert read_text(tmp_path / "file") == "monitor:\n"


def test_a_file_that_is_not_utf_8_is_reported_with_its_place(tmp_path: Path):
    (tmp_path / "file").write_bytes("a: 1\n# 삼성".encode("euc-kr"))
    with pytest.raises(SettingsError, match="file:2:3: not UTF-8"):
        read_text(tmp_path / "file")


def test_a_file_too_large_is_refused(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"#" * (BYTES_MAX + 1))
    with pytest.raises(SettingsError, match="file:1:1: expected at most 100,000 bytes"):
        read_text(tmp_path / "file")


def test_a_directory_is_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="expected a file of settings here, found none"):
        read_text(tmp_path)


@settings(max_examples=100, deadline=None)
@given(content=st.binary())
def test_any_bytes_are_text_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    try:
        assert isinstance(read_text(path), str)
    except SettingsError as error:
        assert error.problems
