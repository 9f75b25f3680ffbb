"""Degraded mode: while the stream is down, its codes are scanned on their own; and paper, a code a call."""

import pytest
from facts import (
    CLOSED,
    HYNIX,
    OPENED,
    SAMSUNG,
    codes_numbered,
    following,
    level_closes,
    quotes_returned,
    started,
    three_ways,
    tick,
    universe,
)
from story import Story, given

from kis_actors.actors.scan import CORE as SCAN
from kis_actors.messages import (
    CodesUnquoted,
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    LinkLost,
    LinkOpened,
    SafeModeEntered,
    ScanCompleted,
    ScanFailed,
    ScanRequested,
    SessionClosed,
    SubscribeConfirmed,
)


def taken(link: int) -> tuple[Event, ...]:
    """A link is open, and KIS has taken a subscription on it."""
    return LinkOpened(link=link), SubscribeConfirmed(code=SAMSUNG, link=link)


LOST = LinkLost(link=1, reason="closed by KIS")
ENTERED = DegradedModeEntered(reason="no stream since 10:00:01", interval_s=15.0)
LEFT, OVER = DegradedModeLeft(), DegradedModeLeft(is_back=False)
CHANGES = (DegradedModeEntered, DegradedModeLeft)
SAFE = SafeModeEntered(reason="no answer", interval_s=120.0)


def asked(scan: int, *codes: str, scope: str = "all") -> ScanRequested:
    return ScanRequested(scan=scan, batch=1, batches=1, codes=codes, scope=scope)


def followed(scan: int, *codes: str) -> ScanRequested:
    return asked(scan, *codes, scope="followed")


FULL_SCAN = (asked(1, SAMSUNG, HYNIX), quotes_returned({SAMSUNG: 10_000, HYNIX: 10_000}))


def streaming(*facts: Event, **monitor: object) -> Story:
    """10:00:00: both codes were just scanned, and 005930 is on the stream."""
    known = (universe(SAMSUNG, HYNIX), tick("10:00:00"), OPENED, level_closes(SAMSUNG), level_closes(HYNIX))
    return given(SCAN, started(monitor=monitor), *known, *FULL_SCAN, following(SAMSUNG), *taken(1), *facts)


def down(*facts: Event, **monitor: object) -> Story:
    """The link is seen down at 10:00:01."""
    return streaming(LOST, tick("10:00:01"), *facts, **monitor)


def degraded(*facts: Event, **monitor: object) -> Story:
    return down(tick("10:00:11"), ENTERED, *facts, **monitor)


# --- when it begins


def test_ten_seconds_without_a_link_begin_it():
    down().when(tick("10:00:10.999")).then()
    down().when(tick("10:00:11")).then(ENTERED)


def test_a_brief_drop_does_not_begin_it():
    assert down(tick("10:00:05"), *taken(2)).when(tick("10:00:30")).then_of(*CHANGES) == ()


def test_two_brief_drops_are_not_one_long_one():
    story = down(tick("10:00:08"), *taken(2), LinkLost(link=2, reason="reset"), tick("10:00:09"))
    assert story.when(tick("10:00:18")).then_of(*CHANGES) == ()


def test_links_that_fail_again_and_again_begin_it():
    story = down(LinkLost(link=2, reason="refused"), tick("10:00:06"), LinkLost(link=3, reason="refused"))
    story.when(tick("10:00:11")).then(ENTERED)


def test_it_begins_once():
    assert degraded().when(tick("10:00:12")).then_of(*CHANGES) == ()


def test_with_no_code_to_follow_it_does_not_begin():
    assert down(following()).when(tick("10:00:30")).then_of(*CHANGES) == ()


def test_without_a_session_it_does_not_begin():
    assert down(CLOSED).when(tick("15:32:00")).then_of(*CHANGES) == ()


def test_without_the_stream_in_use_it_never_begins():
    assert down(signal={"use_intraday": False}).when(tick("10:00:59")).then_of(*CHANGES) == ()


def test_the_patience_and_the_interval_are_settings():
    story = down(degraded_after_sec=40, degraded_scan_interval_sec=20.0).when(tick("10:00:40"))
    assert story.then_of(*CHANGES) == ()
    (entered,) = story.when(tick("10:00:41")).then_of(DegradedModeEntered)
    assert entered.interval_s == 20.0


def test_a_link_that_takes_no_subscription_is_no_stream():
    story = down(tick("10:00:05"), LinkOpened(link=2))
    assert story.when(tick("10:00:11")).then_of(*CHANGES) == (ENTERED,)


def test_a_late_answer_of_a_lost_link_is_no_stream():
    """What KIS acknowledged just before the end is said by WsActor after it."""
    story = streaming(LOST, SubscribeConfirmed(code=SAMSUNG, link=1), tick("10:00:01"))
    assert story.when(tick("10:00:11")).then_of(*CHANGES) == (ENTERED,)


def test_the_first_codes_of_the_morning_are_given_time():
    """Nothing was to be followed before, so nothing was missed, though the link has been open for a minute."""
    morning = (universe(SAMSUNG), tick("08:59:59"), OPENED, level_closes(SAMSUNG), tick("09:00:00"))
    story = given(SCAN, started(), *morning, LinkOpened(link=1), tick("09:01:00"))
    story = story.when(following(SAMSUNG))
    assert story.then_of(*CHANGES) == ()
    assert story.when(SubscribeConfirmed(code=SAMSUNG, link=1)).when(tick("09:01:11")).then_of(*CHANGES) == ()


def test_before_the_open_no_link_is_missed():
    morning = (universe(SAMSUNG), level_closes(SAMSUNG), tick("08:59:00"), OPENED, following(SAMSUNG))
    story = given(SCAN, started(), *morning, tick("09:00:00"))
    assert story.when(tick("09:00:09")).then_of(*CHANGES) == ()
    assert story.when(tick("09:00:10")).then_of(*CHANGES)


# --- what is scanned meanwhile


def test_the_codes_that_should_stream_are_scanned():
    degraded().when(tick("10:00:15")).then(followed(2, SAMSUNG))


def test_they_are_not_scanned_sooner_than_that():
    degraded().when(tick("10:00:14.999")).then()


def test_they_are_scanned_again_after_the_interval():
    story = degraded(tick("10:00:15"), followed(2, SAMSUNG), quotes_returned({SAMSUNG: 10_000}, scan=2))
    story.when(tick("10:00:29")).then()
    story.when(tick("10:00:30")).then(followed(3, SAMSUNG))


def test_they_wait_for_the_scan_under_way():
    degraded(tick("10:00:15"), followed(2, SAMSUNG)).when(tick("10:00:45")).then()


def test_a_scan_of_all_codes_comes_first():
    story = degraded(tick("10:00:45"), followed(2, SAMSUNG), quotes_returned({SAMSUNG: 10_000}, scan=2))
    story = story.when(tick("10:01:00")).then(asked(3, SAMSUNG, HYNIX))
    story = story.when(quotes_returned({SAMSUNG: 10_000}, scan=3))
    story.when(tick("10:01:14")).then()
    story.when(tick("10:01:15")).then(followed(4, SAMSUNG))


def test_new_codes_to_follow_are_the_ones_scanned():
    degraded(following(HYNIX)).when(tick("10:00:15")).then(followed(2, HYNIX))


def test_a_scan_of_followed_codes_says_so_at_its_end():
    story = degraded(tick("10:00:15"), followed(2, SAMSUNG)).when(quotes_returned({SAMSUNG: 10_000}, scan=2))
    story.then(ScanCompleted(scan=2, batches=1, failed=0, quoted=1, scope="followed"))


def test_in_safe_mode_they_are_not_scanned_on_their_own():
    degraded(SAFE).when(tick("10:00:30")).then()


def test_many_followed_codes_are_scanned_by_thirty():
    codes = codes_numbered(40)
    decided = degraded(following(*codes)).when(tick("10:00:15")).decided
    assert [(event.batch, event.batches, len(event.codes)) for event in decided] == [(1, 2, 30), (2, 2, 10)]


# --- when it ends


def test_an_open_link_alone_does_not_end_it():
    assert degraded(LinkOpened(link=2)).when(tick("10:02:00")).then_of(*CHANGES) == ()


def test_a_stream_that_holds_for_a_minute_ends_it():
    assert degraded(*taken(2)).when(tick("10:01:10")).then_of(*CHANGES) == ()
    assert degraded(*taken(2)).when(tick("10:01:11")).then_of(*CHANGES) == (LEFT,)


def test_a_stream_that_breaks_off_does_not_end_it():
    lost = (LinkLost(link=2, reason="reset"), tick("10:00:50"), *taken(3))
    assert degraded(*taken(2), *lost).when(tick("10:01:49")).then_of(*CHANGES) == ()
    assert degraded(*taken(2), *lost).when(tick("10:01:50")).then_of(*CHANGES) == (LEFT,)


def test_until_then_its_codes_are_scanned():
    assert degraded(*taken(2)).when(tick("10:00:15")).then_of(ScanRequested) == (followed(2, SAMSUNG),)


def test_after_its_end_only_all_codes_are_scanned():
    story = degraded(*taken(2), tick("10:01:11"), asked(2, SAMSUNG, HYNIX), quotes_returned({SAMSUNG: 10_000}, scan=2))
    story = Story(SCAN, SCAN.evolve(story.state, LEFT))
    story.when(tick("10:01:30")).then()


def test_the_close_ends_it():
    closing = asked(2, SAMSUNG, HYNIX, scope="close")
    degraded().when(tick("15:31:00")).then(closing, SessionClosed(day=OPENED.day), OVER)


def test_it_ends_when_nothing_is_to_be_followed():
    degraded().when(following()).then(OVER)


def test_a_restart_without_a_link_does_not_end_it():
    assert degraded().when(started()).then_of(DegradedModeLeft) == ()


def test_it_may_begin_again():
    story = degraded(*taken(2), tick("10:01:11"), LEFT, LinkLost(link=2, reason="reset"), tick("10:02:00"))
    (entered,) = story.when(tick("10:02:10")).then_of(DegradedModeEntered)
    assert entered.reason == "no stream since 10:02:00"


# --- safe mode counts scans of all codes only


def after_scans(results: str) -> Story:
    """F and g: scans of all codes that failed or were good; x and y: the same of followed codes."""
    story = degraded()
    for number, result in enumerate(results, start=2):
        question = asked(number, SAMSUNG, HYNIX) if result in "Fg" else followed(number, SAMSUNG)
        good = quotes_returned({SAMSUNG: 10_000}, scan=number)
        answer = ScanFailed(scan=number, batch=1, reason="no answer") if result in "Fx" else good
        story = Story(SCAN, SCAN.evolve(story.state, question)).when(answer)
    return story


def test_failed_scans_of_followed_codes_do_not_count():
    assert after_scans("xxxx").then_of(SafeModeEntered) == ()
    assert after_scans("FFx").then_of(SafeModeEntered) == ()


def test_good_scans_of_followed_codes_do_not_count_either():
    assert after_scans("FyFyF").then_of(SafeModeEntered)


# --- codes that no scan has a price of


def unquoted(*answers: dict[str, int], scope: str = "all") -> tuple[Event, ...]:
    """What the last of these scans of both codes shows; an empty answer is a failed one."""
    story = streaming()
    for number, prices in enumerate(answers, start=2):
        answer = quotes_returned(prices, scan=number) if prices else ScanFailed(scan=number, batch=1, reason="no")
        story = Story(SCAN, SCAN.evolve(story.state, asked(number, SAMSUNG, HYNIX, scope=scope))).when(answer)
    return story.then_of(CodesUnquoted)


ONE = {SAMSUNG: 10_000, HYNIX: 0}


def test_three_scans_without_its_price_name_a_code():
    assert unquoted(ONE, ONE) == ()
    assert unquoted(ONE, ONE, ONE) == (CodesUnquoted(codes=(HYNIX,), scans=3),)


def test_a_code_without_a_price_is_named_once():
    assert unquoted(ONE, ONE, ONE, ONE) == ()


def test_while_all_scans_fail_no_code_is_named():
    assert unquoted({}, {}, {}) == ()


def test_scans_of_followed_codes_name_none():
    assert unquoted(ONE, ONE, ONE, scope="followed") == ()


# --- paper has no batch quotes


def on_paper(*facts: Event) -> Story:
    known = (universe(SAMSUNG, HYNIX), tick("10:00:00"), OPENED, level_closes(SAMSUNG), level_closes(HYNIX))
    return given(SCAN, started(kis={"env": "paper"}), *known, *facts)


def test_paper_is_asked_for_one_code_a_call():
    on_paper().when(tick("10:00:01")).then(
        ScanRequested(scan=1, batch=1, batches=2, codes=(SAMSUNG,)),
        ScanRequested(scan=1, batch=2, batches=2, codes=(HYNIX,)),
    )


@pytest.mark.parametrize(("failed", "is_safe"), [(1, False), (2, True)])
def test_on_paper_a_scan_fails_with_most_of_its_calls(failed, is_safe):
    story = on_paper()
    for number in (1, 2, 3):
        story = story.when(tick(f"10:{number:02}:00"))
        for batch, code in enumerate((SAMSUNG, HYNIX), start=1):
            good = quotes_returned({code: 10_000}, scan=number, batch=batch)
            story = story.when(ScanFailed(scan=number, batch=batch, reason="no") if batch <= failed else good)
    assert bool(story.then_of(SafeModeEntered)) == is_safe


# --- all of it


def test_a_degraded_morning_is_carried_and_rebuilt_alike():
    lived, carried, rebuilt = three_ways(
        SCAN, started(), universe(SAMSUNG, HYNIX), tick("09:59:58"), level_closes(SAMSUNG), level_closes(HYNIX),
        tick("09:59:59"), quotes_returned({SAMSUNG: 10_000}), following(SAMSUNG), *taken(1), LOST, tick("10:00:01"),
        tick("10:00:11"), tick("10:00:15"), ScanFailed(scan=2, batch=1, reason="no"), tick("10:00:30"), started(),
        tick("10:00:31"), tick("10:00:41"), *taken(2), tick("10:01:41"),
    )  # fmt: skip
    kinds = {type(event) for events in lived[1] for event in events}
    assert {DegradedModeEntered, DegradedModeLeft, ScanRequested} <= kinds
    assert lived == carried == rebuilt
