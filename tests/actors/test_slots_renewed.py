"""SubscriptionActor's core: a code whose stream is silent, and a KIS that counts otherwise, get a new start."""

from facts import HYNIX, SAMSUNG, tick
from slot_stories import LOST, asked, confirmed, live, released, releasing, renewal, wanting
from story import Story

from kis_actors.messages import (
    LinkOpened,
    LinkRenewalWanted,
    StreamGivenUp,
    StreamRestored,
    StreamStale,
    SubscribeRefused,
    SubscriptionsShort,
)

# --- silence without reason


def stale(code: str = SAMSUNG, link: int = 1) -> StreamStale:
    return StreamStale(code=code, link=link, volume_shares=100)


STALE_AGAIN = "stale again after it was subscribed anew"


def subscribed_anew(**monitor: object) -> Story:
    """A code was stale, gave its slot back and has it again."""
    story = wanting(SAMSUNG, facts=live(SAMSUNG), **monitor).when(stale())
    return story.when(released(SAMSUNG)).when(confirmed(SAMSUNG))


def test_a_stale_code_gives_its_slot_back():
    wanting(SAMSUNG, HYNIX, facts=live(SAMSUNG, HYNIX)).when(stale()).then(releasing(SAMSUNG))


def test_a_stale_code_is_asked_for_again_once_released():
    story = wanting(SAMSUNG, facts=live(SAMSUNG), max_ws_subs=1).when(stale())
    story.when(released(SAMSUNG)).then(asked(SAMSUNG))


def test_subscribing_a_stale_code_anew_costs_no_swap():
    assert subscribed_anew().state.held.tenure.swaps == ()


def test_a_code_stale_again_renews_the_link():
    subscribed_anew().when(stale()).then(renewal(STALE_AGAIN))


def test_a_code_stale_after_all_that_is_given_up_aloud():
    story = subscribed_anew().when(stale()).when(LOST).when(LinkOpened(link=2)).when(confirmed(SAMSUNG, link=2))
    story.when(tick("11:00:00")).when(stale(link=2)).then(StreamGivenUp(code=SAMSUNG, link=2))


def test_a_stream_that_spoke_again_starts_anew():
    story = subscribed_anew().when(StreamRestored(code=SAMSUNG, link=1))
    story.when(stale()).then(releasing(SAMSUNG))


def test_another_stale_code_does_not_renew_the_link_too_soon():
    facts = (*live(SAMSUNG, HYNIX), LinkRenewalWanted(link=1, code=HYNIX, reason=STALE_AGAIN), stale())
    story = wanting(SAMSUNG, HYNIX, facts=facts)
    story.when(tick("10:09:59")).when(stale()).then(StreamGivenUp(code=SAMSUNG, link=1))
    story.when(tick("10:10:00")).when(stale()).then(renewal(STALE_AGAIN))


def test_a_stale_word_about_an_older_link_is_ignored():
    wanting(SAMSUNG, facts=(LOST, LinkOpened(link=2), asked(SAMSUNG, link=2), confirmed(SAMSUNG, link=2))).when(
        stale(link=1)
    ).then()

# --- KIS counts otherwise

FULL = "KIS counts more subscriptions than we do"


def full(code: str = SAMSUNG, link: int = 1) -> SubscribeRefused:
    return SubscribeRefused(code=code, link=link, reason="OPSP0008 MAX SUBSCRIBE OVER", is_full=True)


def test_want_of_room_at_kis_renews_the_link():
    wanting(SAMSUNG, facts=(asked(SAMSUNG),)).when(full()).then(renewal(FULL))


def test_nothing_is_added_where_kis_has_no_room():
    story = wanting(SAMSUNG, HYNIX, facts=(asked(SAMSUNG), full(), renewal(FULL)))
    story.when(tick("10:00:30")).then()


def test_a_code_kis_had_no_room_for_waits_on_the_new_link_too():
    story = wanting(SAMSUNG, HYNIX, facts=(asked(SAMSUNG), full(), renewal(FULL), LOST))
    story.when(LinkOpened(link=2)).then(asked(HYNIX, link=2))


def test_want_of_room_renews_no_link_twice_in_ten_minutes():
    facts = (asked(SAMSUNG), full(), renewal(FULL), LOST, tick("10:00:02"), LinkOpened(link=2), asked(HYNIX, link=2))
    story = wanting(SAMSUNG, HYNIX, facts=facts).when(full(HYNIX, link=2))
    story.then(SubscriptionsShort(link=2, live=0, wanted=2))
    (wanted,) = story.when(tick("10:10:00")).then_of(LinkRenewalWanted)
    assert wanted == LinkRenewalWanted(link=2, code=HYNIX, reason=FULL)
