"""The picture of the daemon: what it shows of the records that passed, and when it is not well."""

import pytest
from days import logged, played
from facts import CLOSED, DAY, HYNIX, NOW, OPENED, SAMSUNG, at, frame, raised, started, tick, trade, universe
from msgspec.structs import replace

from kis_actors.messages import (
    KRX_TRADES,
    AlertDecided,
    AlertSuppressed,
    Event,
    FrameRejected,
    FramesDropped,
    LinkBlocked,
    LinkLost,
    LinkOpened,
    LinkRequested,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    ScanCompleted,
    ScanRequested,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    Target,
    TargetsChanged,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)
from kis_actors.status import status_of
from kis_actors.view import View, health

TARGETS = TargetsChanged(targets=(Target(SAMSUNG, 1.0, -0.08, 9_200),), added=(SAMSUNG,), removed=())
SCANNED = ScanCompleted(scan=1, batches=1, failed=0, quoted=250)
WELL = (OPENED, TARGETS, LinkOpened(link=1), SubscribeConfirmed(code=SAMSUNG, link=1), SCANNED)


def seen(*events: Event) -> View:
    """The picture after these, all logged at 10:00:00."""
    view = View()
    view.see([record for unit in logged(*(("any", 0, event) for event in events)) for record in unit])
    return view


def reasons(*events: Event, now: str = "10:01:00", is_streaming: bool = True) -> tuple[str, ...]:
    return health(seen(*events), now=at(now), scan_interval_s=60, is_streaming=is_streaming)


def dropped(count: int) -> FramesDropped:
    return FramesDropped(link=1, count=count, first=NOW, last=NOW)


# --- the picture


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (SubscribeRequested(code=SAMSUNG, link=1), "requested"),
        (SubscribeConfirmed(code=SAMSUNG, link=1), "live"),
        (UnsubscribeRequested(code=SAMSUNG, link=1), "releasing"),
        (SubscribeRefused(code=SAMSUNG, link=1, reason=""), "refused"),
    ],
)
def test_a_subscription_shows_its_state(answer, state):
    assert seen(answer).subscriptions == {(SAMSUNG, KRX_TRADES): (state, NOW)}


@pytest.mark.parametrize(
    "end", [UnsubscribeConfirmed(code=SAMSUNG, link=1), LinkLost(link=1, reason=""), started()], ids=lambda e: type(e)
)
def test_a_subscription_ends_with(end):
    assert seen(SubscribeConfirmed(code=SAMSUNG, link=1), end).subscriptions == {}


def test_live_codes_are_counted():
    view = seen(SubscribeConfirmed(code=SAMSUNG, link=1), SubscribeRequested(code=HYNIX, link=1))
    assert view.live() == 1


@pytest.mark.parametrize(
    ("events", "link", "reason"),
    [
        ((), "down", ""),
        ((LinkRequested(link=1, wait_s=4.2),), "connecting", "in 4.2 s"),
        ((LinkRequested(link=1, wait_s=0),), "connecting", ""),
        ((LinkLost(link=1, reason="silent"), LinkOpened(link=2)), "open", ""),
        ((LinkLost(link=1, reason="silent"),), "down", "silent"),
        ((LinkBlocked(link=1, reason="OPSP8996", wait_s=60),), "blocked", "OPSP8996"),
    ],
)
def test_the_link_is_shown_with_its_reason(events, link, reason):
    view = seen(*events)
    assert (view.link, view.link_reason) == (link, reason)


def test_frames_are_counted():
    view = seen(frame(trade()), frame(trade()), FrameRejected(link=1, reason=""), dropped(3), dropped(4))
    assert (view.frames, view.frames_rejected, view.frames_dropped) == (2, 1, 7)


def test_the_last_frame_is_timed():
    assert seen(frame(trade())).last_frame_at == NOW


def test_deliveries_are_counted_by_channel():
    asked = NotifyRequested(alert_id="a", channel="telegram", attempt=1, text="")
    unknown = NotifyUnknown(alert_id="a", channel="telegram", attempt=1, reason="")
    sent = NotifySent(alert_id="a", channel="telegram", attempt=2)
    counts = seen(asked, unknown, replace(asked, attempt=2), sent).deliveries
    assert counts == {"telegram": {"asked": 2, "sent": 1, "failed": 0, "unknown": 1}}


def test_alerts_are_counted_and_kept():
    alert = AlertDecided(alert_id="a", signal=raised(), decided_at=NOW)
    view = seen(alert, AlertSuppressed(code=SAMSUNG, rule="r", reason="", signal_seq=1))
    assert (list(view.alerts), view.alerts_count, view.suppressed) == ([alert], 1, 1)


def test_the_batches_of_a_scan_are_counted():
    requests = [ScanRequested(scan=1, batch=batch, batches=2, codes=()) for batch in (1, 2)]
    view = seen(*requests)
    assert (view.batches, view.batches_done, view.calls) == (2, 0, 2)


def test_a_scan_that_was_not_whole_is_marked():
    assert not seen(replace(SCANNED, failed=1)).last_scan_was_whole


def test_names_come_from_the_universe():
    assert seen(universe(SAMSUNG)).names == {SAMSUNG: "name of 005930"}


def test_the_session_ends_with_its_close():
    view = seen(OPENED, CLOSED)
    assert (view.session, view.closed_day) == (None, DAY)


def test_the_clock_is_shown():
    assert seen(tick("09:59:59")).now == at("09:59:59")


def test_a_whole_day_ends_with_nothing_open():
    view = View()
    view.see(played(seed=1).records)
    assert (view.session, view.link, view.subscriptions, view.alerts_count) == (None, "down", {}, 2)


def test_the_picture_knows_how_far_the_log_is():
    view = View()
    view.see(played(seed=1).records)
    assert view.log_seq == len(played(seed=1).records)


# --- health


def test_a_daemon_that_works_is_well():
    assert reasons(*WELL) == ()


def test_outside_a_session_all_is_well():
    assert reasons(LinkLost(link=1, reason="silent"), replace(SCANNED, failed=9)) == ()


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (LinkLost(link=1, reason="silent"), "link is down: silent"),
        (replace(SCANNED, failed=1), "the last scan was not complete"),
        (UnsubscribeConfirmed(code=SAMSUNG, link=1), "no code is subscribed"),
        (dropped(7), "7 frames dropped"),
    ],
)
def test_a_daemon_that_is_not_well_says_why(event, reason):
    assert reasons(*WELL, event) == (reason,)


def test_a_late_scan_is_not_well():
    assert reasons(*WELL, now="10:03:01") == ("no scan since 10:00:00",)


def test_a_scan_may_be_late_at_first():
    assert reasons(*WELL, now="10:03:00") == ()


def test_without_streaming_no_link_is_missed():
    assert reasons(*WELL, LinkLost(link=1, reason="silent"), is_streaming=False) == ()


def test_the_status_has_what_scripts_rely_on():
    status = status_of(seen(*WELL), now=NOW, reasons=())
    public = ("healthy", "reasons", "subscriptions", "last_scan_at", "last_frame_at", "log_seq", "safe_mode")
    assert [name for name in public if name not in status] == []


def test_the_status_is_healthy_without_reasons():
    assert [status_of(View(), now=NOW, reasons=why)["healthy"] for why in ((), ("late",))] == [True, False]


def test_the_status_lists_subscriptions():
    status = status_of(seen(*WELL), now=NOW, reasons=())
    assert status["subscriptions"] == [{"code": SAMSUNG, "state": "live", "since": NOW, "feed": KRX_TRADES}]
