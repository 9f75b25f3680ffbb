"""Stale by proof: a live code whose volume grows from scan to scan while its stream says nothing."""

from facts import OPENED, SAMSUNG, frame, level_closes, quotes_returned, started, tick, trade, universe
from story import Story, given

from kis_actors.actors.signal import CORE as SIGNAL
from kis_actors.messages import (
    Event,
    LinkLost,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    UnsubscribeConfirmed,
)

LIVE = SubscribeConfirmed(code=SAMSUNG, link=1)
STALE = StreamStale(code=SAMSUNG, link=1, volume_shares=300)


def scan(volume_shares: int) -> Event:
    return quotes_returned({SAMSUNG: 10_000}, acml_vol=str(volume_shares))


def live(*facts: Event) -> Story:
    """A session in which 005930 is subscribed."""
    return given(SIGNAL, started(), universe(SAMSUNG), tick("10:00:00"), OPENED, level_closes(SAMSUNG), LIVE, *facts)


def test_one_scan_proves_nothing():
    live().when(scan(100)).then()


def test_one_growth_may_be_a_trade_under_way():
    live(scan(100)).when(scan(200)).then()


def test_two_growths_in_silence_are_proof():
    live(scan(100), scan(200)).when(scan(300)).then(STALE)


def test_a_quiet_code_is_not_stale():
    live(scan(100), scan(100)).when(scan(100)).then()


def test_a_trade_between_the_scans_is_life():
    live(scan(100), scan(200), frame(trade())).when(scan(300)).then()


def test_it_is_said_once():
    live(scan(100), scan(200), scan(300), STALE).when(scan(400)).then()


def test_a_trade_after_that_restores_it():
    story = live(scan(100), scan(200), scan(300), STALE)
    story.when(frame(trade())).then(StreamRestored(code=SAMSUNG, link=1))


def test_a_new_subscription_starts_the_count_again():
    live(scan(100), scan(200), LIVE, scan(300)).when(scan(400)).then()


def test_a_released_code_is_not_watched():
    live(UnsubscribeConfirmed(code=SAMSUNG, link=1), scan(100), scan(200)).when(scan(300)).then()


def test_a_lost_link_has_no_stale_codes():
    live(scan(100), scan(200), LinkLost(link=1, reason="reset")).when(scan(300)).then()


def test_the_log_of_silence_survives_a_carry_over():
    import msgspec

    story = live(scan(100), scan(200))
    state = msgspec.json.decode(msgspec.json.encode(story.state), type=SIGNAL.state)
    Story(SIGNAL, state).when(scan(300)).then(STALE)
