"""Before the open: KIS's calendar, when it is asked for and what it changes."""


import pytest
from early_stories import (
    ASKED,
    HOLIDAY,
    KIS_CLOSED,
    KIS_FAILED,
    KIS_OPEN,
    LATE,
    MONDAY,
    asked_for_holidays,
    asking,
    early,
)
from facts import (
    CLOSED,
    DAY,
    HYNIX,
    NEXT_DAY,
    OPENED,
    SAMSUNG,
    bars_returned,
    holidays_returned,
    opened,
    quotes_returned,
    three_ways,
    tick,
    universe,
    venues_returned,
)
from story import given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.market.sessions import Calendar
from kis_actors.messages import (
    BaselinesCompleted,
    CalendarDisputed,
    Disputed,
    HolidaysRequested,
    SessionClosed,
    SessionOpened,
    UniverseRequested,
    VenuesLoaded,
)

# --- KIS's calendar: when it is asked for


def test_kis_calendar_is_asked_for_at_half_past_eight():
    assert early(run=asking()).when(tick("08:30:00")).then_of(HolidaysRequested) == (ASKED,)


def test_kis_calendar_waits_for_half_past_eight():
    assert asked_for_holidays(early(run=asking()).when(tick("08:29:59"))) == 0


def test_a_late_open_does_not_delay_the_question():
    assert asked_for_holidays(early(run=asking(LATE)).when(tick("08:30:00"))) == 1


@pytest.mark.parametrize("hours", ["nxt", "unified"])
def test_an_earlier_open_brings_the_question_forward(hours):
    story = early(run=asking(market={"hours": hours}))
    assert asked_for_holidays(story.when(tick("07:29:59"))) == 0
    assert asked_for_holidays(story.when(tick("07:30:00"))) == 1


def test_a_start_at_noon_asks_at_once():
    assert asked_for_holidays(given(SCAN, asking(), universe(SAMSUNG)).when(tick("12:00:00"))) == 1


def test_kis_is_asked_on_our_holidays_too():
    assert asked_for_holidays(early(run=asking(HOLIDAY)).when(tick("08:30:00"))) == 1


@pytest.mark.parametrize(
    "sections", [{"kis": {"env": "paper"}}, {"market": {"ask_holidays": False}}, {"market": {"hours": "always"}}]
)
def test_these_settings_never_ask_for_holidays(sections):
    assert asked_for_holidays(early(run=asking(**sections)).when(tick("08:30:00"))) == 0


def test_weekends_need_no_question():
    assert asked_for_holidays(early(run=asking()).when(tick("08:30:00", NEXT_DAY))) == 0


@pytest.mark.parametrize("answer", [(), (KIS_OPEN,), (KIS_FAILED,), (asking(),), (KIS_OPEN, asking())])
def test_the_calendar_is_asked_for_once_a_day(answer):
    story = early(tick("08:30:00"), ASKED, *answer, run=asking())
    assert asked_for_holidays(story.when(tick("08:30:01"))) == 0
    assert asked_for_holidays(story.when(tick("15:31:00"))) == 0


@pytest.mark.parametrize("hours", ["nxt", "unified"])
def test_a_day_kis_closes_is_not_asked_about_twice(hours):
    story = early(tick("07:30:00"), ASKED, KIS_CLOSED, tick("08:29:59"), run=asking(market={"hours": hours}))
    assert asked_for_holidays(story.when(tick("08:30:00"))) == 0


def test_a_clock_set_back_asks_nothing_twice():
    story = early(tick("08:30:00"), ASKED, KIS_OPEN, tick("08:29:59"), run=asking())
    assert asked_for_holidays(story.when(tick("08:30:00"))) == 0


def test_other_hours_after_a_restart_ask_nothing_twice():
    story = early(tick("07:30:00"), ASKED, KIS_OPEN, run=asking(market={"hours": "nxt"})).when(asking())
    assert asked_for_holidays(story.when(tick("08:30:00"))) == 0


def test_the_next_weekday_is_asked_about_anew():
    story = early(tick("08:30:00"), ASKED, KIS_OPEN, run=asking())
    assert story.when(tick("08:30:00", MONDAY)).then_of(HolidaysRequested) == (HolidaysRequested(day=MONDAY),)

# --- KIS's calendar: what it changes


def test_a_day_kis_closes_opens_no_session():
    early(tick("08:30:00"), ASKED, KIS_CLOSED, run=asking()).when(tick("09:00:00")).then()


def test_a_session_kis_never_opened_is_closed():
    story = given(SCAN, asking(), universe(SAMSUNG), tick("10:00:00"), OPENED, ASKED).when(KIS_CLOSED)
    story.when(tick("10:00:01")).then(CLOSED)


def test_our_holiday_has_a_session_if_kis_opens():
    story = early(tick("08:30:00"), ASKED, KIS_OPEN, run=asking(HOLIDAY))
    assert story.when(tick("09:00:00")).then_of(SessionOpened) == (OPENED,)


@pytest.mark.parametrize(("closures", "answer"), [({}, KIS_CLOSED), ({DAY: "our own"}, KIS_OPEN)])
def test_days_of_our_own_file_stand_over_kis(closures, answer):
    ours = Calendar(closures=closures, fixed=(DAY,))
    story = early(tick("08:30:00"), ASKED, answer, run=asking(ours)).when(tick("09:00:00"))
    assert story.then_of(SessionOpened) == (() if closures else (OPENED,))


def test_special_hours_of_ours_stay():
    story = early(tick("08:30:00"), ASKED, KIS_OPEN, run=asking(LATE)).when(tick("10:00:00"))
    assert story.then_of(SessionOpened) == (opened("10:00:00", "16:30:00"),)


def test_differences_are_said_together():
    ours = Calendar(closures={DAY: "a holiday"}, fixed=(MONDAY,))
    answer = holidays_returned({DAY: True, NEXT_DAY: False, MONDAY: False})
    early(tick("08:30:00"), ASKED, run=asking(ours)).when(answer).then(
        CalendarDisputed(
            days=(
                Disputed(DAY, "closed (a holiday)", "open", False),
                Disputed(MONDAY, "open", "closed", True),
            )
        )
    )


def test_agreement_is_not_said():
    early(tick("08:30:00"), ASKED, run=asking()).when(KIS_OPEN).then()


def test_a_failed_question_changes_nothing():
    story = early(tick("08:30:00"), ASKED, run=asking()).when(KIS_FAILED).then()
    assert story.when(tick("09:00:00")).then_of(SessionOpened) == (OPENED,)


def test_kis_word_outlives_a_restart():
    story = early(tick("08:30:00"), ASKED, KIS_CLOSED, asking(), run=asking())
    story.when(tick("09:00:00")).then()


def test_kis_word_on_monday_outlives_the_weekend():
    answer = holidays_returned({DAY: True, MONDAY: False})
    story = early(tick("08:30:00"), ASKED, answer, run=asking()).when(tick("06:00:00", MONDAY))
    assert story.when(tick("09:00:00", MONDAY)).then_of(SessionOpened) == ()


def test_a_newer_answer_replaces_the_older_one():
    story = early(tick("08:30:00"), ASKED, holidays_returned({MONDAY: False}), run=asking())
    story = story.when(tick("08:30:00", MONDAY)).when(holidays_returned({MONDAY: True}))
    assert story.when(tick("09:00:00", MONDAY)).then_of(SessionOpened) == (opened(day=MONDAY),)

# --- all of it


def test_a_whole_preparation_is_carried_and_rebuilt_alike():
    run = asking(HOLIDAY, market={"hours": "unified"}, universe={"update": "daily"})
    lived, carried, rebuilt = three_ways(
        SCAN, run, universe(SAMSUNG), tick("07:00:00"), tick("08:30:00"), holidays_returned({DAY: True, MONDAY: False}),
        tick("08:30:01"), universe(SAMSUNG, HYNIX), tick("08:30:02"), venues_returned(1, SAMSUNG),
        bars_returned(SAMSUNG, 25), bars_returned(HYNIX, 3), run, universe(SAMSUNG, HYNIX), tick("09:00:00"),
        quotes_returned({SAMSUNG: 10_000}), tick("20:01:00"), tick("08:30:00", MONDAY), KIS_FAILED,
    )  # fmt: skip
    kinds = {type(event) for events in lived[1] for event in events}
    assert {HolidaysRequested, UniverseRequested, VenuesLoaded, BaselinesCompleted, SessionClosed} <= kinds
    assert lived == carried == rebuilt
