"""`kis-actors calendar`: days as people and programs read them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kis_actors.adapters.clock import Clock
from kis_actors.commands.calendar import calendar

SETTINGS = """\
market: {{file: {directory}/market.yaml{hours}}}
clock: {{anchor: "{now}", shows: "2026-11-21T05:00:00+09:00"}}
"""
MARKET = """\
closures: {2026-11-23: "a day off (임시휴장)"}
special_sessions: {2026-11-19: {opens: "10:00", closes: "16:30", source: "CSAT day (수능)"}}
first_trading_day: {opens: "10:00", closes: "15:30", source: "first trading day of the year"}
"""


def write(directory: Path, hours: str = "", market: str = MARKET) -> Path:
    (directory / "market.yaml").write_text(market, "utf-8")
    settings = directory / "settings.yaml"
    hours = hours and f", hours: {hours}"
    settings.write_text(SETTINGS.format(directory=directory, hours=hours, now=Clock().now().isoformat()), "utf-8")
    return settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write(tmp_path)


def shown(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(calendar, ["--config", str(config), *arguments])


def objects(config: Path, *days: str) -> list[dict[str, object]]:
    result = shown(config, "--json", *days)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_open_day_has_the_shape_of_the_contract(config: Path) -> None:
    assert objects(config, "2026-11-19") == [
        {"date": "2026-11-19", "open": True, "opens": "10:00", "closes": "16:30", "source": "CSAT day (수능)"}
    ]


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-11-21", "weekend"), ("2026-11-23", "a day off (임시휴장)"), ("2026-12-25", "Christmas Day")],
)
def test_a_closed_day_says_why(config: Path, day: str, why: str) -> None:
    assert objects(config, day) == [{"date": day, "open": False, "opens": None, "closes": None, "source": why}]


def test_days_come_in_the_order_asked_for_over_years(config: Path) -> None:
    assert [(entry["date"], entry["opens"]) for entry in objects(config, "2027-01-04", "2025-01-02")] == [
        ("2027-01-04", "10:00"), ("2025-01-02", "10:00"),
    ]  # fmt: skip


def test_without_a_day_it_is_the_log_day_of_the_configured_clock(config: Path) -> None:
    assert [entry["date"] for entry in objects(config)] == ["2026-11-20"]


def test_nxt_hours_are_those_of_the_settings(tmp_path: Path) -> None:
    assert objects(write(tmp_path, "nxt"), "2026-11-20")[0]["closes"] == "20:00"


def test_people_get_a_line_a_day(config: Path) -> None:
    assert shown(config, "2026-11-20", "2026-11-21").stdout.splitlines() == [
        "2026-11-20 Fri  open 09:00 to 15:30  regular krx hours",
        "2026-11-21 Sat  closed               weekend",
    ]


@pytest.mark.parametrize("day", ["2026-13-01", "20261120", "2026-02-30", "tomorrow"])
def test_a_bad_day_ends_with_two_and_says_what_is_wanted(config: Path, day: str) -> None:
    result = shown(config, day)
    assert (result.exit_code, result.stdout) == (2, "")
    assert day in result.stderr and "%Y-%m-%d" in result.stderr


def test_a_year_nobody_knows_the_closures_of_is_refused(config: Path) -> None:
    result = shown(config, "2150-01-05")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "expected a day from 2000 to 2100" in result.stderr


def test_a_market_file_with_a_mistake_ends_with_two(tmp_path: Path) -> None:
    result = shown(write(tmp_path, market="closures: [1]"), "2026-11-20")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{tmp_path}/market.yaml:1:" in result.stderr


def test_settings_with_a_mistake_end_with_two(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("markt: {}\n")
    result = shown(tmp_path / "settings.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "settings.yaml:1:1" in result.stderr
