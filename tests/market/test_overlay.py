"""KIS's word over the calendar: where it counts, where it does not, and that saying it twice changes nothing."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kis_actors.market.calendar import calendar_for
from kis_actors.market.overlay import CLOSED_BY_KIS, Disagreement, disagreements, overlaid
from kis_actors.market.sessions import Calendar, SpecialHours, session_on, why_closed

SHIPPED = (Path(__file__).parents[2] / "config" / "market.yaml").read_text("utf-8")
HOLIDAY = date(2026, 7, 17)
"""Constitution Day, a Friday."""
THURSDAY, SATURDAY, MONDAY = HOLIDAY - timedelta(days=1), HOLIDAY + timedelta(days=1), HOLIDAY + timedelta(days=3)
CSAT = date(2026, 11, 19)
CALENDAR = calendar_for([2026], SHIPPED)


def fixed(market_yaml: str) -> Calendar:
    return calendar_for([2026], market_yaml)


def opens_at(day: date, calendar: Calendar) -> str | None:
    session = session_on(day, "krx", calendar)
    return session and f"{session.opens:%H:%M}"


# What KIS changes


def test_a_day_kis_calls_closed_is_closed():
    assert why_closed(MONDAY, overlaid(CALENDAR, {MONDAY: False})) == CLOSED_BY_KIS == "closed, says KIS (chk-holiday)"


def test_a_holiday_kis_calls_open_is_open():
    assert why_closed(HOLIDAY, overlaid(CALENDAR, {HOLIDAY: True})) is None


def test_a_holiday_both_know_keeps_its_name():
    assert overlaid(CALENDAR, {HOLIDAY: False, MONDAY: True, SATURDAY: False}) is CALENDAR


def test_kis_takes_its_word_back():
    assert overlaid(overlaid(CALENDAR, {MONDAY: False}), {MONDAY: True}) == CALENDAR


def test_a_weekend_stays_closed_whatever_kis_says():
    assert overlaid(CALENDAR, {SATURDAY: True}) is CALENDAR


@pytest.mark.parametrize(
    ("market_yaml", "day", "is_open"),
    [
        ('closures: {2026-07-20: "announced"}', MONDAY, True),
        ("open_days: [2026-07-17]", HOLIDAY, False),
        ('special_sessions: {2026-07-20: {opens: "10:00", closes: "15:30", source: storm}}', MONDAY, False),
    ],
)
def test_a_day_of_the_users_own_file_is_overruled_by_nobody(market_yaml: str, day: date, is_open: bool):
    calendar = fixed(market_yaml)
    assert overlaid(calendar, {day: is_open}) is calendar


def test_hours_of_the_first_trading_day_move_when_it_is_closed():
    closed = overlaid(CALENDAR, {date(2026, 1, 2): False})
    assert [opens_at(date(2026, 1, day), closed) for day in (2, 5, 6)] == [None, "10:00", "09:00"]


def test_hours_of_the_first_trading_day_move_back():
    again = overlaid(overlaid(CALENDAR, {date(2026, 1, 2): False}), {date(2026, 1, 2): True})
    assert again == CALENDAR


def test_hours_somebody_wrote_down_stay_where_they_are():
    written = 'special_sessions: {2026-01-05: {opens: "11:00", closes: "15:30", source: storm}}\n'
    first = 'first_trading_day: {opens: "10:00", closes: "15:30", source: first}'
    assert opens_at(date(2026, 1, 5), overlaid(fixed(written + first), {date(2026, 1, 2): False})) == "11:00"


def test_special_hours_in_the_year_do_not_move():
    special = Calendar(special={CSAT: SpecialHours(opens="10:00", closes="16:30", source="CSAT")})
    assert overlaid(special, {CSAT: False}).special == special.special


ANSWERS = st.dictionaries(st.dates(date(2025, 12, 25), date(2026, 12, 31)), st.booleans(), max_size=40)


@given(ANSWERS)
def test_what_is_said_twice_counts_once(opens: dict[date, bool]):
    once = overlaid(CALENDAR, opens)
    assert overlaid(once, opens) is once


@given(ANSWERS)
def test_the_order_of_the_days_does_not_matter(opens: dict[date, bool]):
    backwards = dict(reversed(opens.items()))
    assert overlaid(CALENDAR, backwards) == overlaid(CALENDAR, opens)


@given(ANSWERS)
def test_only_what_is_ours_is_still_disputed(opens: dict[date, bool]):
    left = disagreements(overlaid(CALENDAR, opens), opens, start=date(2025, 12, 1), days=500)
    assert all(found.is_ours_kept for found in left)


# What is told


def test_disagreements_come_by_day_with_both_views():
    opens = {MONDAY: False, HOLIDAY: True, THURSDAY: True}
    assert disagreements(CALENDAR, opens, start=THURSDAY) == (
        Disagreement(day=HOLIDAY, ours="closed (Constitution Day)", theirs="open", is_ours_kept=False),
        Disagreement(day=MONDAY, ours="open", theirs="closed", is_ours_kept=False),
    )


def test_a_weekend_is_only_worth_a_word_if_kis_calls_it_open():
    assert disagreements(CALENDAR, {SATURDAY: False}, start=THURSDAY) == ()
    assert disagreements(CALENDAR, {SATURDAY: True}, start=THURSDAY) == (
        Disagreement(day=SATURDAY, ours="closed (weekend)", theirs="open", is_ours_kept=True),
    )


def test_a_day_the_user_wrote_is_disputed_and_kept():
    (found,) = disagreements(CALENDAR, {CSAT: False}, start=CSAT)
    assert (found.ours, found.theirs, found.is_ours_kept) == ("open", "closed", True)


def test_days_before_and_long_after_are_not_told():
    opens = {THURSDAY: False, HOLIDAY + timedelta(days=31): False}
    assert disagreements(CALENDAR, opens, start=HOLIDAY) == ()
