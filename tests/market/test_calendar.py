import csv
from datetime import date
from pathlib import Path

import pytest

from kis_actors.market.calendar import calendar_for
from kis_actors.market.sessions import session_on, why_closed
from kis_actors.yaml_file import SettingsError

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "config" / "market.yaml").read_text("utf-8")
REFERENCE = ROOT.parent / "shared" / "data" / "krx_sessions.csv"


def hours_on(day: date, market_yaml: str = SHIPPED) -> tuple[str, str] | None:
    session = session_on(day, "krx", calendar_for([day.year], market_yaml))
    return session and (f"{session.opens:%H:%M}", f"{session.closes:%H:%M}")


def problems_of(market_yaml: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        calendar_for([2026], market_yaml, "market.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.skipif(not REFERENCE.exists(), reason="the recorded sessions are not part of the project")
def test_every_recorded_session_is_in_the_calendar():
    calendar = calendar_for([2025, 2026], SHIPPED)
    with REFERENCE.open(encoding="utf-8") as file:
        recorded = {date.fromisoformat(row["date"]): row["open"] == "Y" for row in csv.DictReader(file)}
    assert {day: session_on(day, "krx", calendar) is not None for day in recorded} == recorded


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 2, 17),  # Seollal
        date(2026, 5, 1),  # Labour Day, when banks and KRX close though offices may not
        date(2026, 6, 3),  # local elections
        date(2026, 7, 17),  # Constitution Day, a holiday again since 2026
        date(2026, 9, 25),  # Chuseok
        date(2026, 12, 31),  # the year's last weekday
    ],
)
def test_krx_holidays_are_closed(day: date):
    assert hours_on(day) is None


@pytest.mark.parametrize("day", [date(2025, 11, 13), date(2026, 11, 19)])
def test_on_exam_day_everything_is_an_hour_later(day: date):
    assert hours_on(day) == ("10:00", "16:30")


@pytest.mark.parametrize("day", [date(2025, 1, 2), date(2026, 1, 2), date(2027, 1, 4)])
def test_the_first_trading_day_opens_an_hour_late(day: date):
    assert hours_on(day) == ("10:00", "15:30")


def test_an_added_closure_wins_over_the_table():
    assert hours_on(date(2026, 7, 31), 'closures: {2026-07-31: "temporary holiday"}') is None


def test_an_added_closure_keeps_its_reason():
    calendar = calendar_for([2026], 'closures: {2026-07-31: "temporary holiday"}')
    assert why_closed(date(2026, 7, 31), calendar) == "temporary holiday"


def test_an_open_day_wins_over_the_table():
    assert hours_on(date(2026, 7, 17), "open_days: [2026-07-17]") == ("09:00", "15:30")


def test_every_day_the_file_speaks_of_is_fixed():
    text = (
        'closures: {2026-07-31: x}\nopen_days: [2026-07-17]\n'
        'special_sessions: {2026-01-05: {opens: "11:00", closes: "15:30", source: storm}}\n'
        'first_trading_day: {opens: "10:00", closes: "15:30", source: first}'
    )
    assert calendar_for([2026], text).fixed == (date(2026, 1, 5), date(2026, 7, 17), date(2026, 7, 31))


def test_a_special_session_wins_over_the_first_trading_day():
    special = 'special_sessions: {2026-01-02: {opens: "11:00", closes: "15:30", source: "storm"}}\n'
    first = 'first_trading_day: {opens: "10:00", closes: "15:30", source: "first day"}'
    assert hours_on(date(2026, 1, 2), special + first) == ("11:00", "15:30")


def test_an_empty_file_leaves_the_table_as_it_is():
    assert hours_on(date(2026, 11, 19), "") == ("09:00", "15:30")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("closures: {2026-31-07: x}", "market.yaml:1:12: closures: expected a date, found '2026-31-07'"),
        ("open_days: [2026-07-18]", "market.yaml:1:13: open_days: 2026-07-18 is at a weekend"),
        ("closures: {2026-07-17: x}\nopen_days: [2026-07-17]", "market.yaml:2:13: open_days: 2026-07-17 is among"),
        ("special_sessions: {2026-11-19: {opens: 9h}}", "market.yaml:1:40: special_sessions.2026-11-19.opens: "),
        ("special_sessions: {2026-11-19: {}}", "market.yaml:1:32: special_sessions.2026-11-19 has no closes"),
        (
            'special_sessions: {2026-11-19: {opens: "16:30", closes: "10:00", source: x}}',
            "market.yaml:1:20: special_sessions: 2026-11-19 closes before it opens",
        ),
        ("closed: {}", "market.yaml:1:1: unknown key 'closed'; did you mean closures?"),
    ],
)
def test_a_mistake_is_reported_with_its_place(text: str, problem: str):
    assert problems_of(text)[0].startswith(problem)
