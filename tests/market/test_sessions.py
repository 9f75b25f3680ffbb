from datetime import date, datetime

import msgspec
import pytest

from kis_actors.market.sessions import (
    Calendar,
    Hours,
    Session,
    SpecialHours,
    is_open,
    next_session,
    phases_on,
    session_on,
    why_closed,
)
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


# KRX's after-market


def after_market_on(day: date, hours: Hours = "krx") -> Session:
    session = session_on(day, hours, CALENDAR, after_market=True)
    assert session
    return session


@pytest.mark.parametrize(("day", "closes"), [(date(2026, 9, 11), "15:30"), (date(2026, 9, 14), "20:00")])
def test_the_after_market_is_watched_since_there_is_one(day: date, closes: str):
    assert f"{after_market_on(day).closes:%H:%M}" == closes


def test_the_after_market_ends_at_eight_on_special_days_too():
    assert after_market_on(CSAT).closes == at(CSAT, 20)


def test_the_after_market_changes_no_other_hours():
    assert [after_market_on(FRIDAY, hours) for hours in ("nxt", "unified", "always")] == [
        session_on(FRIDAY, hours, CALENDAR) for hours in ("nxt", "unified", "always")
    ]


def test_a_session_with_the_after_market_says_so():
    assert after_market_on(FRIDAY).source == "regular krx hours with the after-market"


def test_the_next_session_may_have_an_after_market():
    session = next_session(at(CSAT, 21), "krx", CALENDAR, after_market=True)
    assert session == after_market_on(FRIDAY)


# The regular session in it


@pytest.mark.parametrize("hours", ["krx", "nxt", "unified"])
def test_regular_trading_is_krxs_whatever_is_watched(hours: Hours):
    session = after_market_on(FRIDAY, hours)
    assert (session.regular_opens, session.regular_closes) == (at(FRIDAY, 9), at(FRIDAY, 15, 30))


@pytest.mark.parametrize("hours", ["krx", "nxt", "unified"])
def test_on_special_days_regular_trading_has_the_special_hours(hours: Hours):
    session = after_market_on(CSAT, hours)
    assert (session.regular_opens, session.regular_closes) == (at(CSAT, 10), at(CSAT, 16, 30))


def test_always_counts_as_regular_throughout():
    session = after_market_on(SATURDAY, "always")
    assert (session.regular_opens, session.regular_closes) == (session.opens, session.closes)


def test_a_session_of_an_older_log_has_no_regular_trading():
    text = '{"day":"2026-11-20","opens":"2026-11-20T09:00:00+09:00","closes":"2026-11-20T15:30:00+09:00","source":""}'
    session = msgspec.json.decode(text, type=Session)
    assert session.regular_opens == session.regular_closes < at(FRIDAY, 9)


# Phases


def phases(day: date, hours: Hours, calendar: Calendar = CALENDAR) -> list[str]:
    return [
        f"{phase.venue} {phase.name} {phase.opens}-{phase.closes}".replace(":00-", "-").removesuffix(":00")
        for phase in phases_on(day, hours, calendar)
    ]


def test_a_usual_day_has_these_phases():
    assert phases(FRIDAY, "unified") == [
        "KRX opening auction 08:30-09:00",
        "KRX regular 09:00-15:20",
        "KRX closing auction 15:20-15:30",
        "KRX close-price trading 15:40-16:00",
        "KRX after-market 16:00-20:00",
        "NXT pre-market 08:00-08:50",
        "NXT main 09:00:30-15:20",
        "NXT after-market 15:40-20:00",
    ]


def test_on_exam_day_phases_move_and_evenings_end_as_ever():
    assert phases(CSAT, "unified") == [
        "KRX opening auction 09:30-10:00",
        "KRX regular 10:00-16:20",
        "KRX closing auction 16:20-16:30",
        "KRX close-price trading 16:40-17:00",
        "KRX after-market 17:00-20:00",
        "NXT main 10:00:30-16:20",
        "NXT after-market 16:40-20:00",
    ]


def test_a_day_that_only_begins_late_ends_as_ever():
    late = Calendar(special={FRIDAY: SpecialHours(opens="10:00", closes="15:30", source="first trading day")})
    assert phases(FRIDAY, "krx", late)[:3] == [
        "KRX opening auction 09:30-10:00", "KRX regular 10:00-15:20", "KRX closing auction 15:20-15:30",
    ]  # fmt: skip


def test_a_phase_that_would_end_before_it_begins_is_left_out():
    late = Calendar(special={FRIDAY: SpecialHours(opens="10:00", closes="19:30", source="storm")})
    assert "after-market" not in " ".join(phases(FRIDAY, "krx", late))


@pytest.mark.parametrize("hours", ["krx", "nxt"])
def test_hours_name_the_venues_whose_phases_they_are(hours: Hours):
    assert {phase.venue for phase in phases_on(FRIDAY, hours, CALENDAR)} == {hours.upper()}


def test_a_closed_day_has_no_phases():
    assert phases(SATURDAY, "unified") == phases(MONDAY, "always") == []


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 9, 11), 7), (date(2025, 3, 4), 7), (date(2025, 2, 28), 4), (date(2016, 7, 29), 0)]
)
def test_phases_are_known_since_they_exist(day: date, count: int):
    assert len(phases_on(day, "unified", CALENDAR)) == count


@pytest.mark.parametrize("day", [FRIDAY, CSAT])
def test_phases_and_sessions_agree(day: date):
    (regular, auction), nxt = phases_on(day, "krx", CALENDAR)[1:3], phases_on(day, "nxt", CALENDAR)
    assert hours_on(day, "krx") == (f"{regular.opens:%H:%M}", f"{auction.closes:%H:%M}")
    assert hours_on(day, "nxt") == (f"{nxt[0].opens:%H:%M}", f"{nxt[-1].closes:%H:%M}")
    assert hours_on(day, "unified") == hours_on(day, "nxt")
    assert f"{after_market_on(day).closes:%H:%M}" == f"{phases_on(day, 'krx', CALENDAR)[-1].closes:%H:%M}"


def test_a_calendar_survives_json():
    assert msgspec.json.decode(msgspec.json.encode(CALENDAR), type=Calendar) == CALENDAR
