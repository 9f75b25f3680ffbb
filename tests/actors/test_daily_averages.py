"""ScanActor's core: the daily averages, asked for before they are needed."""

from datetime import timedelta

import pytest
from facts import DAY, SAMSUNG, at, bars_returned, codes_numbered, level_closes, tick, universe
from scan_stories import AVERAGES, FAILED, NONE_LOADED, STARTED, SUNDAY, bars_asked, preparing
from story import given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.messages import BaselineLoaded, BaselineMissing, BaselineRequested, ClockTicked
from kis_actors.policies.averages import Averages


def test_averages_are_asked_for_two_at_once():
    codes = codes_numbered(3)
    preparing(*codes).when(tick("08:45:01")).then(bars_asked(codes[0]), bars_asked(codes[1]))


def test_averages_are_prepared_from_half_an_hour_before():
    given(SCAN, STARTED, universe(SAMSUNG)).when(tick("08:30:00")).then(bars_asked(SAMSUNG))


def test_averages_wait_until_half_an_hour_before():
    given(SCAN, STARTED, universe(SAMSUNG)).when(tick("08:29:59")).then()


def test_averages_are_not_asked_for_after_trading():
    given(SCAN, STARTED, universe(SAMSUNG)).when(tick("15:30:00")).then()


def test_averages_are_not_asked_for_without_session():
    given(SCAN, STARTED, universe(SAMSUNG)).when(tick("10:00:00", SUNDAY)).then()


def test_an_answer_makes_room_for_another_question():
    first, second, third = codes_numbered(3)
    story = preparing(first, second, third, facts=(bars_asked(first), bars_asked(second)))
    decided = story.when(bars_returned(first, 24)).then_of(BaselineRequested)
    assert decided == (bars_asked(third),)


def test_enough_closes_make_an_average():
    decided = preparing(SAMSUNG, facts=(bars_asked(SAMSUNG),)).when(bars_returned(SAMSUNG, 24)).then_of(*AVERAGES)
    closes_won = tuple(range(10_023, 9_999, -1))
    loaded = BaselineLoaded(code=SAMSUNG, day=DAY, closes_won=closes_won, high_won=10_000, low_won=10_000)
    assert decided == (loaded,)


def test_no_more_closes_are_kept_than_averaged():
    decided = preparing(SAMSUNG, facts=(bars_asked(SAMSUNG),)).when(bars_returned(SAMSUNG, 60)).then_of(*AVERAGES)
    closes_won = tuple(range(10_024, 9_999, -1))
    loaded = BaselineLoaded(code=SAMSUNG, day=DAY, closes_won=closes_won, high_won=10_000, low_won=10_000)
    assert decided == (loaded,)


def test_the_day_itself_is_no_completed_close():
    story = preparing(SAMSUNG, facts=(bars_asked(SAMSUNG),))
    story.when(bars_returned(SAMSUNG, 24, last=DAY)).then(
        BaselineMissing(code=SAMSUNG, day=DAY, reason="23 closes, 24 needed"), NONE_LOADED
    )


def test_too_few_closes_make_no_average():
    story = preparing(SAMSUNG, facts=(bars_asked(SAMSUNG),))
    story.when(bars_returned(SAMSUNG, 3)).then(
        BaselineMissing(code=SAMSUNG, day=DAY, reason="3 closes, 24 needed"), NONE_LOADED
    )


def test_without_today_one_close_more_is_needed():
    story = preparing(SAMSUNG, facts=(bars_asked(SAMSUNG),), ma_includes_today=False)
    story.when(bars_returned(SAMSUNG, 24)).then(
        BaselineMissing(code=SAMSUNG, day=DAY, reason="24 closes, 25 needed"), NONE_LOADED
    )


def test_a_loaded_average_is_not_asked_for_again():
    preparing(SAMSUNG, facts=(level_closes(SAMSUNG),)).when(tick("08:45:01")).then()


def test_a_missing_average_is_not_asked_for_again():
    missing = BaselineMissing(code=SAMSUNG, day=DAY, reason="3 closes, 24 needed")
    preparing(SAMSUNG, facts=(missing,)).when(tick("08:45:01")).then()


def test_a_failed_question_is_not_repeated_at_once():
    preparing(SAMSUNG, facts=(bars_asked(SAMSUNG),)).when(FAILED).then()


def test_a_failed_question_is_repeated_next_tick():
    preparing(SAMSUNG, facts=(bars_asked(SAMSUNG), FAILED)).when(tick("08:45:01")).then(bars_asked(SAMSUNG))


def test_codes_never_asked_come_before_failed_ones():
    fresh = codes_numbered(2)
    story = preparing(SAMSUNG, *fresh, facts=(bars_asked(SAMSUNG), FAILED))
    story.when(tick("08:45:01")).then(*map(bars_asked, fresh))


@pytest.mark.parametrize("failures", [0, 1])
def test_an_average_is_not_given_up_early(failures):
    tries = (bars_asked(SAMSUNG), FAILED) * failures
    preparing(SAMSUNG, facts=(*tries, bars_asked(SAMSUNG))).when(FAILED).then()


def test_an_average_is_given_up_after_three_tries():
    tries = (bars_asked(SAMSUNG), FAILED) * 2
    story = preparing(SAMSUNG, facts=(*tries, bars_asked(SAMSUNG)))
    story.when(FAILED).then(BaselineMissing(code=SAMSUNG, day=DAY, reason="no answer", may_come=True), NONE_LOADED)


def test_an_average_is_asked_for_again_when_kis_may_be_well_again():
    tries = (bars_asked(SAMSUNG), FAILED) * 2
    given_up = preparing(SAMSUNG, facts=(*tries, bars_asked(SAMSUNG))).when(FAILED)
    now = given_up.state.today.now
    waiting = given_up.when(ClockTicked(now=now + timedelta(seconds=599)))
    assert waiting.then_of(BaselineRequested) == ()
    again = waiting.when(ClockTicked(now=now + timedelta(seconds=600)))
    assert [one.code for one in again.then_of(BaselineRequested)] == [SAMSUNG]


def test_each_wait_for_an_average_is_longer_up_to_an_hour():
    averages, now, waits_s = Averages(), at("09:00:00"), []
    for _ in range(5):
        averages = averages.gave_up(SAMSUNG, now)
        waits_s.append((averages.retry_at - now).total_seconds())
        now = averages.retry_at
        averages = averages.at(now)
    assert (waits_s, averages.closes_won) == ([600, 1200, 2400, 3600, 3600], {})


def test_a_new_day_asks_for_new_averages():
    monday = DAY + timedelta(days=3)
    story = preparing(SAMSUNG, facts=(level_closes(SAMSUNG),))
    decided = story.when(tick("08:45:00", monday)).then_of(BaselineRequested)
    assert [event.end for event in decided] == [monday - timedelta(days=1)]


def test_a_restart_asks_unanswered_averages_again():
    preparing(SAMSUNG, facts=(bars_asked(SAMSUNG), STARTED)).when(tick("08:45:01")).then(bars_asked(SAMSUNG))
