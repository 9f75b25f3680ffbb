"""Before the open: the universe, who trades on NXT, and whether every average is known."""

from datetime import date

import pytest
from early_stories import HOLIDAY, MONDAY, early
from facts import (
    DAY,
    HYNIX,
    NEXT_DAY,
    SAMSUNG,
    bars_returned,
    codes_numbered,
    level_closes,
    quotes_returned,
    started,
    tick,
    universe,
    venues_returned,
)
from story import Story, given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.messages import (
    BaselineMissing,
    BaselinesCompleted,
    DailyBarsFailed,
    Event,
    ScanRequested,
    UniverseRefused,
    UniverseRequested,
    VenuesFailed,
    VenuesLoaded,
    VenuesRequested,
)

# --- the universe


def asked_for_codes(story: Story) -> tuple[date, ...]:
    """The days whose universe was just asked for."""
    return tuple(event.day for event in story.then_of(UniverseRequested))


def test_codes_read_in_the_night_are_read_again():
    assert asked_for_codes(early().when(tick("08:30:00"))) == (DAY,)


def test_codes_read_by_a_later_start_are_not():
    assert asked_for_codes(given(SCAN, started(), universe(SAMSUNG)).when(tick("08:30:01"))) == ()


@pytest.mark.parametrize("time_of_day", ["08:30:00", "12:00:00"])
def test_daily_updates_are_asked_for_in_any_case(time_of_day):
    story = given(SCAN, started(universe={"update": "daily"}), universe(SAMSUNG))
    assert asked_for_codes(story.when(tick(time_of_day))) == (DAY,)


@pytest.mark.parametrize("update", ["never", "daily"])
@pytest.mark.parametrize("answer", [(), (universe(HYNIX),), (UniverseRefused(reason="94"),)])
def test_the_codes_are_asked_for_once_a_day(update, answer):
    run = started(universe={"update": update})
    story = early(tick("08:30:00"), UniverseRequested(day=DAY), *answer, run=run)
    assert asked_for_codes(story.when(tick("08:30:01"))) == ()
    assert asked_for_codes(story.when(tick("08:30:00", MONDAY))) == (MONDAY,)


def test_a_restart_asks_for_an_unanswered_update_again():
    run = started(universe={"update": "daily"})
    story = early(tick("08:30:00"), UniverseRequested(day=DAY), run, universe(SAMSUNG), run=run)
    assert asked_for_codes(story.when(tick("08:30:02"))) == (DAY,)


def test_a_restart_does_not_repeat_an_answered_update():
    run = started(universe={"update": "daily"})
    story = early(tick("08:30:00"), UniverseRequested(day=DAY), universe(SAMSUNG), run, universe(SAMSUNG), run=run)
    assert asked_for_codes(story.when(tick("08:30:02"))) == ()


def test_a_closed_day_needs_no_codes():
    assert asked_for_codes(early(run=started(HOLIDAY)).when(tick("08:30:00"))) == ()


def test_codes_are_of_no_use_after_the_close():
    story = given(SCAN, started(universe={"update": "daily"}), universe(SAMSUNG))
    assert asked_for_codes(story.when(tick("15:30:00"))) == ()


def test_refused_codes_leave_those_before():
    story = early(tick("08:30:00"), UniverseRequested(day=DAY), UniverseRefused(reason="94"))
    (scan,) = story.when(tick("09:00:00")).then_of(ScanRequested)
    assert scan.codes == (SAMSUNG,)


def test_codes_read_again_are_the_ones_scanned():
    story = early(tick("08:30:00"), UniverseRequested(day=DAY), universe(HYNIX))
    (scan,) = story.when(tick("09:00:00")).then_of(ScanRequested)
    assert scan.codes == (HYNIX,)


def test_codes_are_read_anew_when_always_open():
    """The always open day begins at 06:00, so its preparation is due from its first instant."""
    always = started(market={"hours": "always"})
    story = given(SCAN, always, universe(SAMSUNG), tick("10:00:00"), tick("05:59:59", NEXT_DAY))
    story = story.when(tick("06:00:00", NEXT_DAY))
    assert asked_for_codes(story) or asked_for_codes(story.when(tick("08:30:00", NEXT_DAY)))

# --- who trades on NXT


def on_nxt_day(*facts: Event, codes: tuple[str, ...] = (SAMSUNG,), hours: str = "nxt") -> Story:
    """Preparing for NXT, the codes and their averages just read."""
    run, read = started(market={"hours": hours}), (tick("07:30:00"), UniverseRequested(day=DAY), universe(*codes))
    return given(SCAN, run, universe(*codes), tick("07:29:59"), *map(level_closes, codes), *read, *facts)


def venues_asked(codes: tuple[str, ...], batch: int = 1, batches: int = 1) -> VenuesRequested:
    return VenuesRequested(batch=batch, batches=batches, codes=codes)


@pytest.mark.parametrize("hours", ["krx", "always"])
def test_without_nxt_nobody_asks_who_trades_there(hours):
    assert on_nxt_day(hours=hours).when(tick("08:30:00")).then_of(VenuesRequested) == ()


@pytest.mark.parametrize("hours", ["nxt", "unified"])
def test_with_nxt_codes_are_asked_for_by_thirty(hours):
    codes = codes_numbered(61)
    story = given(SCAN, started(market={"hours": hours}), universe(*codes)).when(tick("07:30:01"))
    batches = (codes[:30], codes[30:60], codes[60:])
    assert story.then_of(VenuesRequested) == tuple(
        venues_asked(batch, number, 3) for number, batch in enumerate(batches, start=1)
    )


def test_who_trades_on_nxt_waits_for_the_codes():
    story = early(run=started(market={"hours": "nxt"})).when(tick("07:30:00"))
    assert (asked_for_codes(story), story.then_of(VenuesRequested)) == ((DAY,), ())
    story = story.when(universe(HYNIX)).when(tick("07:30:01"))
    assert story.then_of(VenuesRequested) == (venues_asked((HYNIX,)),)


BOTH_ASKED = (tick("07:30:00"), venues_asked((SAMSUNG,), 1, 2), venues_asked((HYNIX,), 2, 2))


def test_one_answer_of_two_says_nothing_yet():
    on_nxt_day(*BOTH_ASKED, codes=(SAMSUNG, HYNIX)).when(venues_returned(1, SAMSUNG)).then()


def test_the_last_answer_says_who_trades_on_nxt():
    story = on_nxt_day(*BOTH_ASKED, venues_returned(2, HYNIX), codes=(SAMSUNG, HYNIX))
    story.when(venues_returned(1, SAMSUNG)).then(VenuesLoaded(day=DAY, on_nxt=(HYNIX, SAMSUNG)))


def test_a_failed_batch_holds_nothing_up():
    story = on_nxt_day(*BOTH_ASKED, venues_returned(1, SAMSUNG), codes=(SAMSUNG, HYNIX))
    story.when(VenuesFailed(batch=2, reason="no answer")).then(
        VenuesLoaded(day=DAY, on_nxt=(SAMSUNG,), is_complete=False)
    )


HALF_ANSWERED = (*BOTH_ASKED, venues_returned(1, SAMSUNG), VenuesFailed(batch=2, reason="no answer"))


def test_a_failed_batch_is_asked_for_again_after_five_minutes():
    story = on_nxt_day(*HALF_ANSWERED, codes=(SAMSUNG, HYNIX))
    assert story.when(tick("07:34:59")).then_of(VenuesRequested) == ()
    assert story.when(tick("07:35:00")).then_of(VenuesRequested)


def test_failed_batches_are_asked_for_three_times():
    story = on_nxt_day(*HALF_ANSWERED, *HALF_ANSWERED[1:], *HALF_ANSWERED[1:], codes=(SAMSUNG, HYNIX))
    assert story.when(tick("09:30:00")).then_of(VenuesRequested) == ()


def test_another_batch_failing_forgets_nothing():
    again = (tick("07:35:00"), *BOTH_ASKED[1:], VenuesFailed(batch=1, reason="no answer"))
    (loaded,) = on_nxt_day(*HALF_ANSWERED, *again, codes=(SAMSUNG, HYNIX)).when(venues_returned(2, HYNIX)).decided
    assert sorted(loaded.on_nxt) == [HYNIX, SAMSUNG]


def test_who_trades_on_nxt_is_asked_once_a_day():
    facts = (tick("07:30:00"), venues_asked((SAMSUNG,)), venues_returned(1, SAMSUNG))
    assert on_nxt_day(*facts).when(tick("07:30:01")).then_of(VenuesRequested) == ()
    assert on_nxt_day(*facts[:2]).when(tick("07:30:01")).then_of(VenuesRequested) == ()


def test_a_restart_asks_who_trades_on_nxt_again():
    run = started(market={"hours": "nxt"})
    story = on_nxt_day(tick("07:30:00"), venues_asked((SAMSUNG,)), run, universe(SAMSUNG))
    assert story.when(tick("07:30:01")).then_of(VenuesRequested) == (venues_asked((SAMSUNG,)),)

# --- whether every average is known

ONE_LEFT = (tick("08:45:00"), level_closes(HYNIX))
COMPLETED = BaselinesCompleted(day=DAY, loaded=2, missing=())


def averaging(*facts: Event, codes: tuple[str, ...] = (SAMSUNG, HYNIX)) -> Story:
    return given(SCAN, started(), universe(*codes), *ONE_LEFT, *facts)


def completed(story: Story) -> tuple[Event, ...]:
    return story.then_of(BaselinesCompleted)


def test_the_last_average_completes_them():
    assert completed(averaging().when(bars_returned(SAMSUNG, 25))) == (COMPLETED,)


def test_an_average_before_the_last_completes_nothing():
    assert completed(averaging(codes=(SAMSUNG, HYNIX, "000020")).when(bars_returned(SAMSUNG, 25))) == ()


def test_codes_without_an_average_are_named():
    missing = BaselinesCompleted(day=DAY, loaded=1, missing=(SAMSUNG,), newly=(SAMSUNG,))
    assert completed(averaging().when(bars_returned(SAMSUNG, 3))) == (missing,)


def test_codes_given_up_are_named_too():
    tries = (DailyBarsFailed(code=SAMSUNG, reason="no answer"),) * 2
    story = averaging(*tries).when(DailyBarsFailed(code=SAMSUNG, reason="no answer"))
    assert completed(story) == (BaselinesCompleted(day=DAY, loaded=1, missing=(SAMSUNG,), newly=(SAMSUNG,)),)


@pytest.mark.parametrize("event", [tick("08:46:00"), quotes_returned({SAMSUNG: 10_000}), started()])
def test_complete_averages_are_said_once(event):
    assert completed(averaging(level_closes(SAMSUNG), COMPLETED).when(event)) == ()


def test_an_average_lost_to_a_split_is_said():
    odd = quotes_returned({SAMSUNG: 2_010}, inter2_sdpr="3000", inter2_prdy_clpr="7000")
    story = averaging(level_closes(SAMSUNG), COMPLETED).when(odd)
    assert completed(story) == (BaselinesCompleted(day=DAY, loaded=1, missing=(SAMSUNG,), newly=(SAMSUNG,)),)


def test_only_the_average_just_lost_is_new():
    missing = BaselineMissing(code=HYNIX, day=DAY, reason="3 closes, 24 needed")
    odd = quotes_returned({SAMSUNG: 2_010}, inter2_sdpr="3000", inter2_prdy_clpr="7000")
    said = BaselinesCompleted(day=DAY, loaded=1, missing=(HYNIX,), newly=(HYNIX,))
    (again,) = completed(averaging(level_closes(SAMSUNG), missing, said).when(odd))
    assert (again.missing, again.newly) == ((SAMSUNG, HYNIX), (SAMSUNG,))


def test_an_average_moved_by_a_split_is_not_lost():
    split = quotes_returned({SAMSUNG: 2_010}, inter2_sdpr="2000", inter2_prdy_clpr="10000")
    assert completed(averaging(level_closes(SAMSUNG), COMPLETED).when(split)) == ()


def test_a_code_that_left_is_no_lost_average():
    missing = BaselineMissing(code=SAMSUNG, day=DAY, reason="3 closes, 24 needed")
    story = averaging(missing, BaselinesCompleted(day=DAY, loaded=1, missing=(SAMSUNG,), newly=(SAMSUNG,)))
    assert completed(story.when(universe(HYNIX))) == ()


def test_codes_in_another_order_are_no_news():
    missing = tuple(BaselineMissing(code=code, day=DAY, reason="3 closes") for code in (SAMSUNG, HYNIX))
    story = averaging(*missing, BaselinesCompleted(day=DAY, loaded=0, missing=(SAMSUNG, HYNIX), newly=(SAMSUNG, HYNIX)))
    assert completed(story.when(universe(HYNIX, SAMSUNG))) == ()


def test_the_averages_of_monday_are_said_on_monday():
    story = averaging(level_closes(SAMSUNG), COMPLETED, tick("08:45:00", MONDAY))
    for code in (SAMSUNG, HYNIX):
        story = story.when(bars_returned(code, 25, last=DAY))
    assert completed(story) == (BaselinesCompleted(day=MONDAY, loaded=2, missing=()),)
