"""`kis-actors calendar`: days as people and programs read them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eventlog import integrity
from eventlog.day import path_of
from eventlog.schema import Row
from eventlog.store import Writer
from kis_actors.adapters.clock import Clock
from kis_actors.commands.calendar import calendar
from kis_actors.messages import Event, HolidaysReturned, Rows, RunEnded
from kis_actors.recovery import CODEC

SETTINGS = """\
market: {{file: {directory}/market.yaml{hours}}}
log: {{data_dir: {directory}/var}}
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


def objects(config: Path, *days: str) -> list[dict[str, Any]]:
    result = shown(config, "--json", *days)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_open_day_has_the_shape_of_the_contract(config: Path) -> None:
    (entry,) = objects(config, "2026-11-19")
    assert entry.pop("phases")
    assert entry == {
        "date": "2026-11-19", "open": True, "opens": "10:00", "closes": "16:30", "source": "CSAT day (수능)",
    }  # fmt: skip


def test_phases_are_told_to_programs(config: Path) -> None:
    assert objects(config, "2026-09-11")[0]["phases"] == [
        {"venue": "KRX", "name": "opening auction", "opens": "08:30", "closes": "09:00"},
        {"venue": "KRX", "name": "regular", "opens": "09:00", "closes": "15:20"},
        {"venue": "KRX", "name": "closing auction", "opens": "15:20", "closes": "15:30"},
        {"venue": "KRX", "name": "close-price trading", "opens": "15:40", "closes": "16:00"},
    ]


def test_a_phase_may_begin_within_a_minute(tmp_path: Path) -> None:
    main = objects(write(tmp_path, "nxt"), "2026-11-20")[0]["phases"][1]
    assert main == {"venue": "NXT", "name": "main", "opens": "09:00:30", "closes": "15:20"}


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-11-21", "weekend"), ("2026-11-23", "a day off (임시휴장)"), ("2026-12-25", "Christmas Day")],
)
def test_a_closed_day_says_why(config: Path, day: str, why: str) -> None:
    assert objects(config, day) == [
        {"date": day, "open": False, "opens": None, "closes": None, "source": why, "phases": []}
    ]


def test_days_come_in_the_order_asked_for_over_years(config: Path) -> None:
    assert [(entry["date"], entry["opens"]) for entry in objects(config, "2027-01-04", "2025-01-02")] == [
        ("2027-01-04", "10:00"), ("2025-01-02", "10:00"),
    ]  # fmt: skip


def test_without_a_day_it_is_the_log_day_of_the_configured_clock(config: Path) -> None:
    assert [entry["date"] for entry in objects(config)] == ["2026-11-20"]


def test_nxt_hours_are_those_of_the_settings(tmp_path: Path) -> None:
    assert objects(write(tmp_path, "nxt"), "2026-11-20")[0]["closes"] == "20:00"


def test_the_after_market_is_that_of_the_settings(tmp_path: Path) -> None:
    assert objects(write(tmp_path, "krx, after_market: true"), "2026-11-20")[0]["closes"] == "20:00"


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


# What KIS told the daemon


def log(directory: Path, day: date, *events: Event) -> Path:
    """A day file in which only this was said."""
    rows = []
    for seq, event in enumerate(events, start=1):
        name, version, payload = CODEC.encode(event)
        rows.append(Row(seq, "rest", name, version, 0, 0, payload))
    path = path_of(directory / "var", day)
    Writer.create(path, day=str(day), last_seq=0, chain=integrity.START, opening=rows).close()
    return path


def heard(**opens: str) -> HolidaysReturned:
    """KIS's answer; d20261120="N"."""
    rows = tuple((day.removeprefix("d"), flag) for day, flag in opens.items())
    return HolidaysReturned(rows=Rows(columns=("bass_dt", "opnd_yn"), values=rows))


def lines(config: Path, *days: str) -> list[str]:
    return [line.split(maxsplit=2)[2] for line in shown(config, *days).stdout.splitlines()]


FRIDAY = date(2026, 11, 20)
OPEN, CLOSED = "open 09:00 to 15:30  regular krx hours", "closed               closed, says KIS (chk-holiday)"


def test_what_kis_told_the_daemon_counts(config: Path) -> None:
    log(config.parent, FRIDAY, heard(d20261120="N", d20261225="Y"))
    assert lines(config, "2026-11-20", "2026-12-25") == [CLOSED, OPEN]


def test_the_users_own_file_wins_over_kis(config: Path) -> None:
    log(config.parent, FRIDAY, heard(d20261123="Y"))
    assert lines(config, "2026-11-23") == ["closed               a day off (임시휴장)"]


def test_the_last_answer_of_the_newest_day_counts(config: Path) -> None:
    log(config.parent, date(2026, 11, 17), heard(d20261120="Y"))
    log(config.parent, date(2026, 11, 18), heard(d20261120="Y"), heard(d20261120="N"))
    log(config.parent, FRIDAY, RunEnded(reason="asked to"))
    assert lines(config, "2026-11-20") == [CLOSED]


def test_answers_older_than_seven_files_do_not_count(config: Path) -> None:
    log(config.parent, date(2026, 11, 1), heard(d20261120="N"))
    for day in range(2, 9):
        log(config.parent, date(2026, 11, day), RunEnded(reason="asked to"))
    assert lines(config, "2026-11-20") == [OPEN]


def test_without_asking_kis_its_answers_do_not_count(tmp_path: Path) -> None:
    log(tmp_path, FRIDAY, heard(d20261120="N"))
    assert lines(write(tmp_path, "krx, ask_holidays: false"), "2026-11-20") == [OPEN]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(4080)])
def test_a_day_file_that_cannot_be_read_is_passed_over(config: Path, content: bytes) -> None:
    log(config.parent, date(2026, 11, 18), heard(d20261120="N"))
    path_of(config.parent / "var", FRIDAY).write_bytes(content)
    assert lines(config, "2026-11-20") == [CLOSED]


def test_an_answer_that_cannot_be_read_is_passed_over(config: Path) -> None:
    row = Row(1, "rest", "HolidaysReturned", 99, 0, 0, b"{}")
    path = path_of(config.parent / "var", FRIDAY)
    Writer.create(path, day=str(FRIDAY), last_seq=0, chain=integrity.START, opening=[row]).close()
    assert lines(config, "2026-11-20") == [OPEN]


def test_a_data_directory_that_is_none_is_passed_over(config: Path) -> None:
    (config.parent / "var").write_text("a file")
    assert lines(config, "2026-11-20") == [OPEN]
