"""What comes on the feeds: trades of each venue, other layouts, and frames that cannot be read."""


import pytest
from facts import (
    CLOSED,
    OPENED,
    SAMSUNG,
    acknowledged,
    codes_numbered,
    frame,
    level_closes,
    on_feed,
    quotes_returned,
    started,
    status,
    three_ways,
    tick,
    trade,
    universe,
)
from feed_stories import BOOK, OPEN, SCANNED, STATUS, TRADES, UNIFIED, confirmed, on_nxt, refused, released
from story import Story, given

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.actors.ws import CORE as WS
from kis_actors.messages import (
    Event,
    FrameReceived,
    FrameRejected,
    FrameWidthChanged,
    LinkLost,
    LinkOpened,
    SignalRaised,
    StreamStale,
    SubscribeRequested,
    TargetsChanged,
    UnsubscribeRequested,
)

# --- what comes on them


def judging(*facts: Event) -> Story:
    return given(SIGNAL, started(), universe(SAMSUNG), tick("10:00:00"), OPENED, level_closes(SAMSUNG), *facts)


@pytest.mark.parametrize("feed", [TRADES, "H0UNCNT0", "H0NXCNT0"])
def test_trades_of_every_venue_are_judged(feed):
    assert judging(confirmed(SAMSUNG, feed)).when(on_feed(feed, frame(trade(9_100)))).then_of(SignalRaised)


def scan(volume_shares: int) -> Event:
    return quotes_returned({SAMSUNG: 10_000}, acml_vol=str(volume_shares))


@pytest.mark.parametrize("feed", [TRADES, "H0UNCNT0", "H0NXCNT0"])
def test_silence_is_watched_on_every_venue(feed):
    assert judging(confirmed(SAMSUNG, feed), scan(100), scan(200)).when(scan(300)).then_of(StreamStale)


@pytest.mark.parametrize("feed", [STATUS, BOOK])
def test_silence_of_a_further_feed_proves_nothing(feed):
    assert judging(confirmed(SAMSUNG, feed), scan(100), scan(200)).when(scan(300)).then_of(StreamStale) == ()


def test_a_further_feed_released_leaves_the_trades_watched():
    facts = (confirmed(SAMSUNG), confirmed(SAMSUNG, STATUS), released(SAMSUNG, STATUS))
    assert judging(*facts, scan(100), scan(200)).when(scan(300)).then_of(StreamStale)


def test_a_feed_left_behind_does_not_end_the_watch():
    facts = (confirmed(SAMSUNG), confirmed(SAMSUNG, "H0UNCNT0"), released(SAMSUNG))
    assert judging(*facts, scan(100), scan(200)).when(scan(300)).then_of(StreamStale)


def test_a_status_frame_is_no_sign_of_trades():
    story = judging(confirmed(SAMSUNG), scan(100), scan(200), status())
    assert story.when(scan(300)).then_of(StreamStale)

# --- new layouts

WIDER = FrameWidthChanged(feed=TRADES, width=48, known=(46, 47), is_readable=True)


def cut(width: int = 45) -> FrameReceived:
    """A frame of fewer columns than any trade has."""
    return FrameReceived(link=1, text=f"0|{TRADES}|001|{'^'.join(['1'] * width)}")


def widths(story: Story) -> tuple[Event, ...]:
    return story.then_of(FrameWidthChanged)


def test_a_wider_frame_is_said_with_its_signal():
    story = judging().when(frame(trade(9_100), width=48))
    assert (widths(story), len(story.then_of(SignalRaised))) == ((WIDER,), 1)


@pytest.mark.parametrize("width", [46, 47])
def test_documented_widths_are_no_news(width):
    assert widths(judging().when(frame(trade(), width=width))) == ()


def test_a_wider_frame_is_said_once():
    assert widths(judging(frame(trade(), width=48)).when(frame(trade(), width=48))) == ()


def test_another_width_names_the_one_before():
    (change,) = widths(judging(frame(trade(), width=48)).when(frame(trade(), width=49)))
    assert (change.width, change.known) == (49, (46, 47, 48))


def test_an_unreadable_width_is_said_at_the_third_frame():
    assert widths(judging(cut()).when(cut())) == ()
    unreadable = FrameWidthChanged(feed=TRADES, width=45, known=(46, 47), is_readable=False)
    assert widths(judging(cut(), cut()).when(cut())) == (unreadable,)
    assert widths(judging(cut(), cut(), cut()).when(cut())) == ()


def test_a_restart_does_not_say_a_width_twice():
    assert widths(judging(frame(trade(), width=48), started()).when(frame(trade(), width=48))) == ()


BROKEN = frame(trade(STCK_PRPR="x"), width=48)


def test_broken_frames_of_a_readable_width_are_no_news():
    assert widths(judging(frame(trade(), width=48), BROKEN).when(BROKEN)) == ()


def test_a_broken_frame_does_not_hide_a_new_width():
    assert widths(judging(BROKEN).when(frame(trade(), width=48))) == (WIDER,)

# --- frames that cannot be read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "header"), ("pong", "header"), ("1|H0STCNT0|001|x", "header"), ("0|H0STCNT0|0|x", "count"),
        ("0|H0STCNT0|002|1^2^3", "count"), ("0|H0STXXX0|001|x", "feed"), (cut().text, "width"),
        (frame(trade(code="abc")).text, "code"), (frame(trade(BSOP_DATE="20261320")).text, "field"),
        (status(VI_CLS_CODE="?").text, "field"), (status(code="1").text, "code"),
    ],
)  # fmt: skip
def test_a_rejected_frame_is_of_one_kind(text, kind):
    (rejected,) = judging().when(FrameReceived(link=7, text=text)).then_of(FrameRejected)
    assert (rejected.link, rejected.kind) == (7, kind) and rejected.reason

# --- all of it


def test_a_day_of_many_feeds_is_carried_and_rebuilt_alike():
    codes, kis = codes_numbered(4), {"ws_status": True, "ws_registrations_max": 6}
    lived, carried, rebuilt = three_ways(
        SUBSCRIPTION, started(market=UNIFIED, kis=kis), universe(*codes), tick("10:00:00"), *map(level_closes, codes),
        OPEN, quotes_returned(dict.fromkeys(codes, 9_200)), SCANNED, *(confirmed(code) for code in codes[:2]),
        refused(codes[2], TRADES), refused(codes[0], STATUS, for_good=True), on_nxt(codes[1]), tick("10:00:05"),
        released(codes[1]), tick("10:00:10"), confirmed(codes[1], "H0UNCNT0"), tick("10:00:15"), tick("10:00:20"),
        StreamStale(code=codes[1], link=1, volume_shares=9), tick("10:01:00"), LinkLost(link=1, reason="reset"),
        LinkOpened(link=2), started(market=UNIFIED, kis=kis), LinkOpened(link=3), tick("10:05:00"), CLOSED,
    )  # fmt: skip
    kinds = {type(event) for events in lived[1] for event in events}
    assert {TargetsChanged, SubscribeRequested, UnsubscribeRequested} <= kinds
    assert lived == carried == rebuilt


def test_a_day_on_the_link_is_carried_and_rebuilt_alike():
    lived, carried, rebuilt = three_ways(
        WS, started(), tick("09:00:00"), OPENED, OPEN, on_feed(STATUS, acknowledged("OPSP0000")),
        acknowledged("OPSP0011"), LinkLost(link=1, reason="closed by us", is_ours=True), tick("09:01:00"),
        LinkOpened(link=2), acknowledged("OPSP8996", link=2), LinkLost(link=2, reason="closed", is_ours=True),
        started(), tick("15:31:00"), CLOSED, tick("15:31:30"),
    )  # fmt: skip
    assert sum(map(len, lived[1])) > 5
    assert lived == carried == rebuilt
