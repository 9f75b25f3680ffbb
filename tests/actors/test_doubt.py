"""Quotes of another day: KIS shows yesterday's, which look normal, until the open and on a holiday the table missed."""

from datetime import timedelta

import pytest
from facts import (
    CLOSED,
    DAY,
    HYNIX,
    OPENED,
    SAMSUNG,
    codes_numbered,
    frame,
    opened,
    quotes_returned,
    started,
    tick,
    trade,
    universe,
)
from story import Story, given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import (
    BaselineLoaded,
    Event,
    Rows,
    ScanCompleted,
    ScanFailed,
    ScanRequested,
    ScanReturned,
    SessionDoubted,
    SessionTrusted,
    SignalRaised,
)
from kis_actors.turn import count_decisions

LAST_WON, BEFORE_WON = 9_000, 9_900
"""Yesterday's close, already far below its average, and the close before that."""
MONDAY = DAY + timedelta(days=3)


def closes(code: str = SAMSUNG, before_won: int = BEFORE_WON) -> BaselineLoaded:
    return BaselineLoaded(code=code, day=DAY, closes_won=(*(10_000,) * 23, before_won, LAST_WON))


def row(price_won: int, previous_close_won: int | str, volume_shares: int = 5, **columns: str) -> Event:
    """A scan's answer about 005930 alone."""
    told = {"inter2_prdy_clpr": str(previous_close_won), "acml_vol": str(volume_shares), **columns}
    return quotes_returned({SAMSUNG: price_won}, **told)


YESTERDAYS, TODAYS = row(LAST_WON, BEFORE_WON), row(LAST_WON, LAST_WON)


# --- a row of another day raises nothing


def judging(*facts: Event, average: BaselineLoaded | None = None) -> Story:
    return given(SIGNAL, started(), universe(SAMSUNG), tick("10:00:00"), OPENED, average or closes(), *facts)


def signals(story: Story) -> list[int]:
    return [signal.price_won for signal in story.then_of(SignalRaised)]


def test_a_row_of_yesterday_is_no_signal():
    judging().when(YESTERDAYS).then()


def test_the_same_price_today_is_a_signal():
    assert signals(judging().when(TODAYS)) == [LAST_WON]


def test_the_closing_price_is_no_signal():
    judging(CLOSED).when(TODAYS).then()


def test_a_row_of_yesterday_arms_and_spends_nothing():
    assert signals(judging(YESTERDAYS).when(TODAYS)) == [LAST_WON]


def test_a_row_of_yesterday_never_counts_however_often():
    judging(YESTERDAYS, YESTERDAYS).when(row(LAST_WON, BEFORE_WON, 6)).then()


def test_another_price_over_yesterdays_base_is_not_todays_at_first():
    judging().when(row(8_900, BEFORE_WON)).then()


def test_trades_count_whatever_the_rows_say():
    assert signals(judging(YESTERDAYS).when(frame(trade(LAST_WON)))) == [LAST_WON]


FLAT = closes(before_won=LAST_WON)
"""Two equal closes: a row of yesterday looks as one of today that has not moved."""


def test_after_a_flat_close_the_first_look_proves_nothing():
    judging(average=FLAT).when(TODAYS).then()


def test_after_a_flat_close_an_unmoved_row_proves_nothing():
    judging(TODAYS, TODAYS, average=FLAT).when(TODAYS).then()


def test_after_a_flat_close_more_volume_is_proof():
    assert signals(judging(TODAYS, average=FLAT).when(row(LAST_WON, LAST_WON, 6))) == [LAST_WON]


def test_after_a_flat_close_another_price_is_proof():
    assert signals(judging(average=FLAT).when(row(8_990, LAST_WON))) == [8_990]


def test_a_row_that_moved_once_stays_todays():
    story = judging(TODAYS, row(8_990, LAST_WON, 6), frame(trade(10_000, ACML_VOL="6")), average=FLAT)
    assert signals(story.when(row(LAST_WON, LAST_WON, 7))) == [LAST_WON]


def test_without_a_previous_close_a_row_must_move():
    story = judging().when(row(LAST_WON, "")).then()
    assert signals(story.when(row(LAST_WON, "", 6))) == [LAST_WON]


def test_the_next_session_looks_anew():
    story = judging(TODAYS, CLOSED, opened(day=MONDAY), average=FLAT).when(tick("09:00:00", MONDAY))
    story.when(row(LAST_WON, LAST_WON, 6)).then()


# --- many such rows, and the calendar is doubted

CODES = codes_numbered(20)


def scanned(*rows: dict[str, int], scope: str = "all", facts: tuple[Event, ...] = ()) -> Story:
    """An open session with these scans behind it: per code, its row's previous close; 0 for a failed scan."""
    story = given(SCAN, started(), universe(*CODES), tick("10:00:00"), OPENED, *map(closes, CODES), *facts)
    for number, quotes in enumerate(rows, start=1):
        story = scan(story, quotes, number, scope)
    return story


def scan(story: Story, quotes: dict[str, int], number: int, scope: str = "all") -> Story:
    asked = ScanRequested(scan=number, batch=1, batches=1, codes=CODES, scope=scope)
    values = tuple((code, str(LAST_WON), str(previous_won)) for code, previous_won in quotes.items())
    table = Rows(("inter_shrn_iscd", "inter2_prpr", "inter2_prdy_clpr"), values)
    answer = ScanReturned(scan=number, batch=1, rows=table)
    failed = ScanFailed(scan=number, batch=1, reason="no answer")
    return Story(SCAN, SCAN.evolve(story.state, asked)).when(answer if quotes else failed)


def rows(outdated: int, of: int = 20) -> dict[str, int]:
    """So many rows of yesterday, the others of today."""
    return {code: BEFORE_WON if place < outdated else LAST_WON for place, code in enumerate(CODES[:of])}


ALL = rows(20)


def doubted(story: Story) -> tuple[str, ...]:
    return tuple(event.reason for event in story.then_of(SessionDoubted))


def test_two_scans_of_yesterday_are_no_doubt():
    assert doubted(scanned(ALL, ALL)) == ()


def test_three_scans_of_yesterday_are_a_doubt():
    doubt = SessionDoubted(day=DAY, reason="20 of 20 quotes are those of the day before")
    assert scanned(ALL, ALL, ALL).then_of(SessionDoubted) == (doubt,)


@pytest.mark.parametrize(("outdated", "is_doubted"), [(19, True), (18, False)])
def test_nineteen_rows_of_twenty_are_enough(outdated, is_doubted):
    assert bool(doubted(scanned(*[rows(outdated)] * 3))) == is_doubted


def test_a_scan_of_today_begins_the_count_anew():
    assert doubted(scanned(ALL, ALL, rows(0), ALL, ALL)) == ()


def test_rows_without_averages_are_no_doubt():
    strangers = {f"9{number:05}": BEFORE_WON for number in range(20)}
    assert doubted(scanned(strangers, strangers, strangers)) == ()


@pytest.mark.parametrize(("flat", "is_doubted"), [(10, True), (20, False)])
def test_rows_that_cannot_tell_do_not_count(flat, is_doubted):
    averages = tuple(closes(code, before_won=LAST_WON) for code in CODES[:flat])
    assert bool(doubted(scanned(*[{**ALL, **dict.fromkeys(CODES[:flat], LAST_WON)}] * 3, facts=averages))) == is_doubted


def test_failed_scans_are_no_doubt():
    assert doubted(scanned({}, {}, {}, {})) == ()


def test_a_day_is_doubted_once():
    assert doubted(scanned(ALL, ALL, ALL, ALL)) == ()


def test_a_restart_doubts_nothing_twice():
    story = scanned(ALL, ALL, ALL).when(started())
    assert doubted(story) == () and doubted(scan(story, ALL, 9)) == ()


@pytest.mark.parametrize(("time_of_day", "is_doubted"), [("09:02:59", False), ("09:03:00", True)])
def test_right_after_the_open_nothing_is_doubted(time_of_day, is_doubted):
    morning = (tick("08:59:59"), OPENED, *map(closes, CODES), tick(time_of_day))
    story = given(SCAN, started(), universe(*CODES), *morning)
    for number in (1, 2, 3):
        story = scan(story, ALL, number)
    assert bool(doubted(story)) == is_doubted


# --- a doubt may be taken back


def trusted(story: Story) -> tuple[Event, ...]:
    return story.then_of(SessionTrusted)


def test_quotes_of_today_end_the_doubt():
    story = scan(scanned(ALL, ALL, ALL), rows(0), 4)
    assert trusted(story) == (SessionTrusted(day=DAY),)
    assert trusted(scan(story, rows(0), 5)) == ()


def test_without_a_doubt_there_is_nothing_to_end():
    assert trusted(scanned(ALL, ALL, rows(0))) == ()


def test_a_failed_scan_does_not_end_the_doubt():
    assert trusted(scan(scanned(ALL, ALL, ALL), {}, 4)) == ()


def test_rows_that_cannot_tell_do_not_end_the_doubt():
    strangers = {f"9{number:05}": BEFORE_WON for number in range(20)}
    assert trusted(scan(scanned(ALL, ALL, ALL), strangers, 4)) == ()


def test_an_ended_doubt_may_come_back():
    story = scanned(ALL, ALL, ALL, rows(0), ALL, ALL)
    assert doubted(story) == () and doubted(scan(story, ALL, 7))


def after_a_doubted_friday() -> Story:
    """Monday, just before the open."""
    story = scanned(ALL, ALL, ALL, ALL).when(tick("15:31:00")).when(tick("08:59:59", MONDAY))
    averages = [BaselineLoaded(code=code, day=MONDAY, closes_won=closes(code).closes_won) for code in CODES]
    return Story(SCAN, count_decisions(SCAN, story.state, averages))


def test_the_next_day_is_not_doubted_by_its_opening():
    assert doubted(after_a_doubted_friday().when(tick("09:00:00", MONDAY))) == ()
    assert doubted(after_a_doubted_friday().when(tick("09:03:00", MONDAY))) == ()


def test_the_next_day_is_trusted_without_a_word():
    story = after_a_doubted_friday().when(tick("09:03:00", MONDAY))
    assert trusted(scan(story, rows(0), 11)) == ()


def test_the_next_day_may_be_doubted_after_three_scans():
    story = after_a_doubted_friday().when(tick("09:03:00", MONDAY))
    story = scan(scan(story, ALL, 11), ALL, 12)
    assert doubted(story) == () and doubted(scan(story, ALL, 13))


def test_scans_of_followed_codes_are_no_doubt():
    assert doubted(scanned(ALL, ALL, ALL, scope="followed")) == ()


def test_scans_of_followed_codes_dispel_no_doubt():
    story = scan(scanned(ALL, ALL), rows(0), 3, scope="followed")
    assert doubted(scan(story, ALL, 4))


def test_strangers_in_the_answer_do_not_count():
    strangers = {f"8{number:05}": LAST_WON for number in range(20)}
    assert doubted(scanned(*[ALL | strangers] * 3))


# --- nor do such rows choose what to follow


def test_rows_of_yesterday_make_no_targets():
    known = (universe(SAMSUNG, HYNIX), closes(), closes(HYNIX))
    asked = quotes_returned({SAMSUNG: LAST_WON}, inter2_prdy_clpr=str(BEFORE_WON), acml_vol="5")
    todays = quotes_returned({HYNIX: LAST_WON}, inter2_prdy_clpr=str(LAST_WON), acml_vol="5")
    story = given(SUBSCRIPTION, started(), tick("10:00:00"), *known, asked, todays)
    story = story.when(ScanCompleted(scan=1, batches=1, failed=0, quoted=2))
    assert [target.code for target in story.state.targets] == [HYNIX]
