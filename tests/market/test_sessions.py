from datetime import date, datetime

import msgspec
import pytest

from kis_actors.market.sessions import Calendar, Hours, SpecialHours, is_open, next_session, session_on, why_closed
from kis_actors.units import KST

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
CSAT = date(2026, 11, 19)
CALENDAR = Calendar(
    closures={MONDAY: "temporary holiday"},
    special={CSAT: SpecialHours(opens="10:00", closes="16:30", source="CSAT day")},
)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=KST)


def hours_on(day: date, hours: Hours) -> tuple[str, str] | None:
    session = session_on(day, hours, CALENDAR)
    return session and (f"{session.opens:%H:%M}", f"{session.closes:%H:%M}")


def test_krx_trades_from_nine_to_half_past_three():
    assert hours_on(FRIDAY, "krx") == ("09:00", "15:30")


@pytest.mark.parametrize("hours", ["nxt", "unified"])
def test_nxt_trades_from_eight_to_eight(hours: Hours):
    assert hours_on(FRIDAY, hours) == ("08:00", "20:00")


def test_weekends_are_closed():
    assert session_on(SATURDAY, "krx", CALENDAR) is None


def test_closures_are_closed():
    assert session_on(MONDAY, "krx", CALENDAR) is None


def test_a_closure_says_why():
    assert why_closed(MONDAY, CALENDAR) == "temporary holiday"


def test_an_open_day_has_no_reason_to_be_closed():
    assert why_closed(FRIDAY, CALENDAR) is None


def test_krx_keeps_special_hours():
    assert hours_on(CSAT, "krx") == ("10:00", "16:30")


def test_nxt_starts_late_with_krx_and_ends_as_ever():
    assert hours_on(CSAT, "nxt") == ("10:00", "20:00")


def test_a_special_session_names_its_source():
    session = session_on(CSAT, "krx", CALENDAR)
    assert session and session.source == "CSAT day"


def test_a_closure_wins_over_special_hours():
    both = Calendar(closures={CSAT: "closed"}, special=CALENDAR.special)
    assert session_on(CSAT, "krx", both) is None


def test_always_is_the_whole_log_day():
    assert hours_on(FRIDAY, "always") == ("06:00", "06:00")


def test_always_includes_weekends_and_closures():
    assert session_on(SATURDAY, "always", CALENDAR) and session_on(MONDAY, "always", CALENDAR)


def test_sessions_carry_korean_time():
    session = session_on(FRIDAY, "krx", CALENDAR)
    assert session and session.opens == at(FRIDAY, 9)


@pytest.mark.parametrize(
    ("hour", "minute", "expected"), [(8, 59, False), (9, 0, True), (15, 29, True), (15, 30, False)]
)
def test_a_session_is_open_up_to_its_close(hour: int, minute: int, expected: bool):
    assert is_open(at(FRIDAY, hour, minute), session_on(FRIDAY, "krx", CALENDAR)) is expected


def test_no_session_is_never_open():
    assert not is_open(at(SATURDAY, 10), None)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(CSAT, 8), at(CSAT, 10)),
        (at(CSAT, 10), at(FRIDAY, 9)),
        (at(FRIDAY, 2), at(FRIDAY, 9)),
        (at(FRIDAY, 12), at(date(2026, 11, 24), 9)),
    ],
)
def test_the_next_session_opens_after_now(now: datetime, opens: datetime):
    session = next_session(now, "krx", CALENDAR)
    assert session and session.opens == opens


def test_always_opens_again_at_six():
    session = next_session(at(SATURDAY, 3), "always", CALENDAR)
    assert session and session.opens == at(SATURDAY, 6)


def test_a_calendar_without_sessions_has_no_next():
    closed = Calendar(closures={date.fromordinal(FRIDAY.toordinal() + ahead): "closed" for ahead in range(90)})
    assert next_session(at(FRIDAY, 8), "krx", closed) is None


def test_a_calendar_survives_json():
    assert msgspec.json.decode(msgspec.json.encode(CALENDAR), type=Calendar) == CALENDAR
