"""Safe mode: scans that fail in a row are asked more rarely, a person is told once, and nothing is decided on them."""

from facts import OPENED, SAMSUNG, at, frame, level_closes, quotes_returned, started, tick, trade, universe
from story import Story, given

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.actors.scan import CORE as SCAN
from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.messages import (
    Event,
    LinkBlocked,
    NotifyRequested,
    OperatorTold,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    ScanFailed,
    ScanRequested,
    ScanSlowed,
    SignalRaised,
)

BELOW = 9_100
ENTERED = SafeModeEntered(reason="3 scans in a row failed: no answer", interval_s=120.0)
BLOCKED = LinkBlocked(link=1, reason="OPSP8996 ALREADY IN USE appkey", wait_s=60.0)


def scanned(results: str) -> Story:
    """An open session with these scans behind it, f for a failed and g for a good one; the last is the event."""
    story = given(SCAN, started(), universe(SAMSUNG), tick("10:00:00"), OPENED, level_closes(SAMSUNG))
    for number, result in enumerate(results, start=1):
        asked = ScanRequested(scan=number, batch=1, batches=1, codes=(SAMSUNG,))
        answer = ScanFailed(scan=number, batch=1, reason="no answer")
        good = quotes_returned({SAMSUNG: 10_000}, scan=number)
        story = Story(SCAN, SCAN.evolve(story.state, asked)).when(answer if result == "f" else good)
    return story


def changes(story: Story) -> tuple[Event, ...]:
    return story.then_of(SafeModeEntered, ScanSlowed, SafeModeLeft)


def test_two_failed_scans_change_nothing():
    assert changes(scanned("ff")) == ()


def test_three_failed_scans_begin_safe_mode():
    assert changes(scanned("fff")) == (ENTERED,)


def test_a_good_scan_between_starts_the_count_again():
    assert changes(scanned("ffgff")) == ()


def test_three_more_failures_double_the_interval_again():
    assert changes(scanned("ffffff")) == (ScanSlowed(interval_s=240.0),)


def test_the_interval_stops_growing_at_ten_minutes():
    assert changes(scanned("f" * 12)) == (ScanSlowed(interval_s=600.0),)
    assert changes(scanned("f" * 15)) == ()


def test_one_good_scan_does_not_end_safe_mode():
    assert changes(scanned("fffg")) == ()


def test_two_good_scans_end_safe_mode():
    assert changes(scanned("fffgg")) == (SafeModeLeft(interval_s=60.0),)


def test_a_scan_with_one_failed_batch_of_nine_is_good():
    done = ScanCompleted(scan=1, batches=9, failed=1, quoted=240)
    assert SCAN.evolve(scanned("ff").state, done).rounds.bad == 0


def test_in_safe_mode_the_next_scan_comes_later():
    asked = ScanRequested(scan=1, batch=1, batches=1, codes=(SAMSUNG,))
    before = (started(), universe(SAMSUNG), tick("10:00:00"), OPENED, level_closes(SAMSUNG))
    story = given(SCAN, *before, asked, ENTERED)
    story = story.when(ScanFailed(scan=1, batch=1, reason="no answer"))
    story.when(tick("10:01:59")).then()
    assert story.when(tick("10:02:00")).then_of(ScanRequested)


def judging(*facts: Event) -> Story:
    return given(SIGNAL, started(), universe(SAMSUNG), tick("10:00:00"), OPENED, level_closes(SAMSUNG), *facts)


def test_a_scanned_price_below_the_line_is_a_signal():
    story = judging().when(quotes_returned({SAMSUNG: BELOW}, acml_vol="5"))
    (signal,) = story.then_of(SignalRaised)
    assert (signal.source, signal.observed_at) == ("scan", at("10:00:00"))


def test_a_price_before_the_first_trade_is_no_signal():
    judging().when(quotes_returned({SAMSUNG: BELOW}, acml_vol="0")).then()


def test_an_expected_price_of_an_auction_is_no_signal():
    judging().when(quotes_returned({SAMSUNG: BELOW}, acml_vol="5", hour_cls_code="B")).then()


def test_a_scan_behind_the_stream_is_no_signal():
    ahead = frame(trade(10_000, ACML_VOL="1000"))
    judging(ahead).when(quotes_returned({SAMSUNG: BELOW}, acml_vol="999")).then()


def test_in_safe_mode_scanned_prices_raise_nothing():
    judging(ENTERED).when(quotes_returned({SAMSUNG: BELOW}, acml_vol="5")).then()


def test_in_safe_mode_a_fresh_trade_is_a_signal():
    assert judging(ENTERED).when(frame(trade(BELOW))).then_of(SignalRaised)


def test_in_safe_mode_an_old_trade_is_none():
    judging(tick("10:01:01"), ENTERED).when(frame(trade(BELOW))).then()


def test_out_of_safe_mode_scans_count_again():
    story = judging(ENTERED, SafeModeLeft(interval_s=60.0))
    assert story.when(quotes_returned({SAMSUNG: BELOW}, acml_vol="5")).then_of(SignalRaised)


def told(story: Story) -> str:
    """What the operator is told on the one channel there is."""
    (asked,) = story.then_of(NotifyRequested)
    return asked.text


def test_the_operator_is_told_of_safe_mode_in_korean():
    assert told(given(NOTIFY, started()).when(ENTERED)).startswith("[운영] 안전 모드")


def test_the_operator_is_told_when_it_ends():
    assert "해제" in told(given(NOTIFY, started()).when(SafeModeLeft(interval_s=60.0)))


def test_the_operator_is_told_of_a_blocked_link():
    text = told(given(NOTIFY, started(notify={"language": "en"})).when(BLOCKED))
    assert "OPSP8996" in text and "Next try in 60 s" in text


def test_the_same_trouble_is_not_told_twice_in_half_an_hour():
    story = given(NOTIFY, started(), OperatorTold(alert_id="operator-1", kind="LinkBlocked", told_at=at("10:00:00")))
    story.when(BLOCKED, at=at("10:29:59")).then()
    assert story.when(BLOCKED, at=at("10:30:00")).then_of(NotifyRequested)
