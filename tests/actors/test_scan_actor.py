"""ScanActor's core: sessions, daily averages and scans, by the clock alone."""


import pytest
from facts import (
    CLOSED,
    DAY,
    HYNIX,
    NEXT_DAY,
    OPENED,
    SAMSUNG,
    codes_numbered,
    level_closes,
    opened,
    quotes_returned,
    started,
    tick,
    universe,
)
from scan_stories import MONDAY, STARTED, SUNDAY, asked, scanning
from story import Story, given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.market.sessions import Calendar, SpecialHours
from kis_actors.messages import Event, ScanCompleted, ScanFailed, ScanRequested, SessionClosed

# --- sessions


def test_the_session_opens_at_its_first_instant():
    given(SCAN, STARTED, universe()).when(tick("09:00:00")).then(OPENED)


def test_the_session_stays_shut_until_it_opens():
    given(SCAN, STARTED, universe()).when(tick("08:59:59.999999")).then()


def test_an_open_session_is_not_opened_again():
    given(SCAN, STARTED, universe(), tick("09:00:00"), OPENED).when(tick("09:00:01")).then()


def test_a_start_at_noon_opens_the_session():
    given(SCAN, STARTED, universe()).when(tick("12:00:00")).then(OPENED)


def test_the_session_waits_for_its_closing_print():
    given(SCAN, STARTED, universe(), tick("09:00:00"), OPENED).when(tick("15:30:59")).then()


def test_the_session_closes_a_minute_after_trading():
    given(SCAN, STARTED, universe(), tick("09:00:00"), OPENED).when(tick("15:31:00")).then(CLOSED)


def test_a_closed_session_stays_closed_that_day():
    given(SCAN, STARTED, universe(), tick("15:31:00"), OPENED, CLOSED).when(tick("15:31:01")).then()


def test_a_session_left_open_closes_next_day():
    given(SCAN, STARTED, universe(), tick("09:00:00"), OPENED).when(tick("07:00:00", NEXT_DAY)).then(CLOSED)


def test_no_session_opens_at_the_weekend():
    given(SCAN, STARTED, universe()).when(tick("10:00:00", SUNDAY)).then()


def test_no_session_opens_on_a_closure():
    closed = started(Calendar(closures={DAY: "a holiday"}))
    given(SCAN, closed, universe()).when(tick("10:00:00")).then()


def test_a_late_open_is_waited_for():
    late = started(Calendar(special={DAY: SpecialHours(opens="10:00", closes="16:30", source="CSAT")}))
    given(SCAN, late, universe()).when(tick("09:59:59")).then()


def test_a_late_close_is_waited_for():
    late = started(Calendar(special={DAY: SpecialHours(opens="10:00", closes="16:30", source="CSAT")}))
    opens = opened("10:00:00", "16:30:00")
    given(SCAN, late, universe(), tick("10:00:00"), opens).when(tick("16:30:59")).then()


def test_a_corrected_calendar_counts_from_the_restart():
    closed = started(Calendar(closures={DAY: "a holiday"}))
    story = given(SCAN, STARTED, universe(), tick("09:00:00"), OPENED, closed)
    story.when(tick("09:00:01")).then(SessionClosed(day=DAY))


def test_the_nxt_hours_open_the_session_at_eight():
    opens = opened("08:00:00", "20:00:00", regular=("09:00:00", "15:30:00"))
    given(SCAN, started(market={"hours": "nxt"}), universe()).when(tick("08:00:00")).then(opens)


def test_a_disabled_monitor_decides_nothing():
    given(SCAN, started(monitor={"enabled": False}), universe(SAMSUNG)).when(tick("10:00:00")).then()

# --- the closing prices


def closing(*codes: str, opens: Event = OPENED, run: Event = STARTED, facts: tuple[Event, ...] = ()) -> Story:
    """An open session in the afternoon, its last scan answered."""
    loaded = tuple(level_closes(code) for code in codes)
    last = (asked(1, 1, 1, *codes), quotes_returned({code: 10_000 for code in codes}), completed(1))
    return given(SCAN, run, universe(*codes), tick("15:29:30"), opens, *loaded, *last, *facts)


def completed(scan: int, failed: int = 0, scope: str = "all") -> ScanCompleted:
    return ScanCompleted(scan=scan, batches=1, failed=failed, quoted=1 - failed, scope=scope)


CLOSING = ScanRequested(scan=2, batch=1, batches=1, codes=(SAMSUNG,), scope="close")


def test_the_closing_prices_are_asked_for_as_the_session_ends():
    closing(SAMSUNG).when(tick("15:31:00")).then(CLOSING, CLOSED)


def test_they_are_asked_for_once():
    closing(SAMSUNG, facts=(tick("15:31:00"), CLOSING, CLOSED)).when(tick("15:31:01")).then()


def test_they_are_asked_for_in_as_many_batches_as_any_scan():
    story = closing(*codes_numbered(31)).when(tick("15:31:00"))
    assert [(one.batch, one.batches, one.scope) for one in story.then_of(ScanRequested)] == [
        (1, 2, "close"), (2, 2, "close"),
    ]  # fmt: skip


def test_on_a_special_day_they_are_asked_for_when_that_ends():
    late = started(Calendar(special={DAY: SpecialHours(opens="10:00", closes="16:30", source="CSAT")}))
    story = closing(SAMSUNG, opens=opened("10:00:00", "16:30:00"), run=late)
    assert story.when(tick("15:31:00")).then_of(SessionClosed) == ()
    story.when(tick("16:31:00")).then(CLOSING, CLOSED)


@pytest.mark.parametrize(("moment", "count"), [("15:31:59", 1), ("15:32:00", 0), ("18:00:00", 0)])
def test_later_in_the_evening_they_are_other_prices(moment, count):
    assert len(closing(SAMSUNG).when(tick(moment)).then_of(ScanRequested)) == count


def test_a_day_without_a_session_has_none():
    closed = started(Calendar(closures={DAY: "a holiday"}))
    given(SCAN, closed, universe(SAMSUNG)).when(tick("15:31:00")).then()


def test_a_day_that_is_closed_after_all_has_none():
    closed = started(Calendar(closures={DAY: "a holiday"}))
    closing(SAMSUNG, facts=(closed,)).when(tick("15:31:00")).then(CLOSED)


def test_while_kis_does_not_answer_none_are_asked_for():
    closing(SAMSUNG, facts=(asked(2, 1, 1, SAMSUNG),)).when(tick("15:31:00")).then(CLOSED)


def test_their_answer_ends_that_scan_and_begins_no_other():
    story = closing(SAMSUNG, facts=(tick("15:31:00"), CLOSING, CLOSED))
    story.when(quotes_returned({SAMSUNG: 10_000}, scan=2)).then(completed(2, scope="close"))


def test_they_say_nothing_about_safe_mode():
    failed = ScanFailed(scan=2, batch=1, reason="no answer")
    story = closing(SAMSUNG, facts=(completed(1, failed=1), completed(1, failed=1), tick("15:31:00"), CLOSING, CLOSED))
    assert story.state.rounds.bad == 2
    assert story.when(failed).then(completed(2, failed=1, scope="close")).state.rounds.bad == 2


def test_the_next_session_begins_with_a_scan_of_its_own():
    over = (tick("15:31:00"), CLOSING, CLOSED, quotes_returned({SAMSUNG: 10_000}, scan=2), completed(2, scope="close"))
    story = closing(SAMSUNG, facts=(*over, tick("09:00:00", MONDAY), opened(day=MONDAY)))
    assert story.when(tick("09:00:01", MONDAY)).then_of(ScanRequested) == (asked(3, 1, 1, SAMSUNG),)

# --- scans


def test_250_codes_are_scanned_in_9_calls():
    codes = codes_numbered(250)
    batches = [codes[first : first + 30] for first in range(0, 250, 30)]
    expected = [asked(1, number, 9, *batch) for number, batch in enumerate(batches, start=1)]
    scanning(*codes).when(tick("10:00:01")).then(*expected)


def test_a_call_never_asks_for_over_30():
    decided = scanning(*codes_numbered(31), rest_batch_size=100).when(tick("10:00:01")).decided
    assert [len(event.codes) for event in decided] == [30, 1]


def test_a_smaller_batch_size_makes_more_calls():
    decided = scanning(*codes_numbered(31), rest_batch_size=10).when(tick("10:00:01")).decided
    assert [len(event.codes) for event in decided] == [10, 10, 10, 1]


def test_no_scan_begins_while_one_waits():
    scanning(SAMSUNG, facts=(asked(1, 1, 1, SAMSUNG),)).when(tick("10:05:00")).then()


def test_no_scan_begins_before_the_interval_ends():
    answered = (asked(1, 1, 1, SAMSUNG), quotes_returned({SAMSUNG: 10_000}))
    scanning(SAMSUNG, facts=answered).when(tick("10:00:59")).then()


def test_the_next_scan_begins_after_the_interval():
    answered = (asked(1, 1, 1, SAMSUNG), quotes_returned({SAMSUNG: 10_000}))
    scanning(SAMSUNG, facts=answered).when(tick("10:01:00")).then(asked(2, 1, 1, SAMSUNG))


def test_the_interval_counts_from_when_it_asked():
    answered = (asked(1, 1, 1, SAMSUNG), tick("10:00:50"), quotes_returned({SAMSUNG: 10_000}))
    scanning(SAMSUNG, facts=answered).when(tick("10:01:00")).then(asked(2, 1, 1, SAMSUNG))


def test_no_scan_begins_once_trading_has_ended():
    scanning(SAMSUNG).when(tick("15:30:00")).then()


def test_a_scan_ends_with_its_last_answer():
    story = scanning(SAMSUNG, HYNIX, facts=(asked(1, 1, 2, SAMSUNG), asked(1, 2, 2, HYNIX)))
    story = story.when(quotes_returned({HYNIX: 20_000}, batch=2)).then()
    story.when(quotes_returned({SAMSUNG: 10_000}, batch=1)).then(
        ScanCompleted(scan=1, batches=2, failed=0, quoted=2)
    )


def test_a_scan_counts_its_failed_batches():
    story = scanning(SAMSUNG, HYNIX, facts=(asked(1, 1, 2, SAMSUNG), asked(1, 2, 2, HYNIX)))
    story = story.when(quotes_returned({SAMSUNG: 10_000}, batch=1))
    story.when(ScanFailed(scan=1, batch=2, reason="no answer")).then(
        ScanCompleted(scan=1, batches=2, failed=1, quoted=1)
    )


def test_a_code_without_a_price_is_not_quoted():
    story = scanning(SAMSUNG, HYNIX, facts=(asked(1, 1, 1, SAMSUNG, HYNIX),))
    story.when(quotes_returned({SAMSUNG: 10_000, HYNIX: 0})).then(
        ScanCompleted(scan=1, batches=1, failed=0, quoted=1)
    )


def test_answers_of_an_older_scan_are_ignored():
    story = scanning(SAMSUNG, facts=(asked(2, 1, 1, SAMSUNG),))
    story.when(quotes_returned({SAMSUNG: 10_000}, scan=1)).then()


def test_an_older_answer_leaves_the_scan_waiting():
    story = scanning(SAMSUNG, facts=(asked(2, 1, 1, SAMSUNG),))
    assert story.when(quotes_returned({SAMSUNG: 10_000}, scan=1)).state.rounds.waiting == (1,)


def test_a_restart_asks_its_scan_anew():
    story = scanning(SAMSUNG, facts=(asked(1, 1, 1, SAMSUNG), STARTED))
    story.when(tick("10:00:02")).then(asked(3, 1, 1, SAMSUNG))


def test_an_answer_from_before_a_restart_completes_nothing():
    story = scanning(SAMSUNG, facts=(asked(1, 1, 1, SAMSUNG), STARTED))
    story.when(quotes_returned({SAMSUNG: 10_000}, scan=1)).then()


def test_an_empty_universe_is_never_scanned():
    scanning().when(tick("10:00:01")).then()
