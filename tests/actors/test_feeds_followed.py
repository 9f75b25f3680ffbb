"""Several feeds for each code: what is registered at KIS, within its limit; on which venue; and what comes on it."""

from random import Random

import pytest
from facts import (
    CLOSED,
    HYNIX,
    OPENED,
    SAMSUNG,
    acknowledged,
    codes_numbered,
    following,
    on_feed,
    quotes_returned,
    started,
    tick,
)
from feed_stories import (
    BOOK,
    BOTH_FEEDS,
    NXT,
    OPEN,
    SCANNED,
    STATUS,
    TRADES,
    UNIFIED,
    asked,
    confirmed,
    known,
    live,
    on_nxt,
    refused,
    registered,
    released,
    releasing,
    wanting,
)
from story import Story, given

from kis_actors.actors.ws import CORE as WS
from kis_actors.actors.ws import subscribe, unsubscribe
from kis_actors.messages import (
    Event,
    LinkOpened,
    LinkRenewalWanted,
    LinkRequested,
    StreamStale,
    SubscribeRefused,
    SubscribeRequested,
    TargetsChanged,
    UnsubscribeRequested,
)
from kis_actors.ports import Command

# --- which feeds


def test_trades_alone_are_registered_by_default():
    assert registered(wanting(SAMSUNG).when(tick("10:00:01"))) == [(SAMSUNG, TRADES)]


@pytest.mark.parametrize(
    ("kis", "feeds"), [({"ws_status": True}, [STATUS]), ({"ws_quotes": True}, [BOOK]), (BOTH_FEEDS, [STATUS, BOOK])]
)
def test_further_feeds_follow_the_trades_of_each_code(kis, feeds):
    story = wanting(SAMSUNG, HYNIX, kis=kis).when(tick("10:00:01"))
    assert registered(story) == [(code, feed) for code in (SAMSUNG, HYNIX) for feed in (TRADES, *feeds)]


def test_a_dropped_code_gives_all_its_feeds_back():
    facts = (*live(SAMSUNG, TRADES, STATUS), following())
    story = wanting(SAMSUNG, facts=facts, kis={"ws_status": True}).when(tick("10:00:01"))
    story.then(releasing(SAMSUNG), releasing(SAMSUNG, STATUS))


def test_the_close_releases_every_feed():
    story = wanting(SAMSUNG, facts=live(SAMSUNG, TRADES, STATUS), kis={"ws_status": True}).when(CLOSED)
    assert story.then_of(UnsubscribeRequested) == (releasing(SAMSUNG), releasing(SAMSUNG, STATUS))


def test_a_freed_registration_is_not_two():
    facts = (*live(SAMSUNG, TRADES, STATUS), following(HYNIX), releasing(SAMSUNG), releasing(SAMSUNG, STATUS))
    story = wanting(SAMSUNG, facts=facts, kis={"ws_status": True}, monitor={"max_ws_subs": 1})
    story = story.when(released(SAMSUNG, STATUS)).then(asked(HYNIX))
    story.when(released(SAMSUNG)).then(asked(HYNIX, STATUS))

# --- how many


@pytest.mark.parametrize(
    ("kis", "codes"),
    [
        ({}, 40), ({"ws_status": True}, 20), (BOTH_FEEDS, 13), ({"ws_registrations_max": 10}, 10),
        ({"ws_registrations_max": 10, "ws_status": True}, 5), ({"ws_registrations_max": 10, **BOTH_FEEDS}, 3),
    ],
)  # fmt: skip
def test_fewer_codes_are_followed_with_more_feeds(kis, codes):
    story = known(*codes_numbered(60), kis=kis, monitor={"max_ws_subs": 40}).when(SCANNED)
    (change,) = story.then_of(TargetsChanged)
    assert len(change.targets) == codes


@pytest.mark.parametrize(("kis", "most"), [({}, 40), (BOTH_FEEDS, 39), ({"ws_registrations_max": 7, **BOTH_FEEDS}, 6)])
def test_never_more_is_registered_than_kis_allows(kis, most):
    story = wanting(*codes_numbered(60), kis=kis, monitor={"max_ws_subs": 60}).when(tick("10:00:01"))
    asked_for = [*registered(story)]
    for code, feed in asked_for:  # grows with every answer
        story = story.when(confirmed(code, feed))
        asked_for += registered(story)
    assert len(asked_for) == most


def test_few_commands_are_under_way_at_once():
    story = wanting(*codes_numbered(40), monitor={"max_ws_subs": 40}).when(tick("10:00:01"))
    assert len(registered(story)) == 6
    assert len(registered(story.when(confirmed("000001")))) == 1


def test_a_limit_below_one_code_is_kept_too():
    kis = {"ws_registrations_max": 2, **BOTH_FEEDS}
    assert len(registered(wanting(SAMSUNG, kis=kis).when(tick("10:00:01")))) <= 2


class FakeKis:
    """Holds what it is told to hold, and answers in order; one answer in ten is lost."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.held: dict[tuple[str, str], bool] = {}
        self.most = 0
        self.answers: list[Event] = []

    def take(self, story: Story) -> Story:
        """Obeys what was just decided."""
        for event in story.then_of(SubscribeRequested, UnsubscribeRequested):
            if is_asked := isinstance(event, SubscribeRequested):
                self.held[event.code, event.feed] = True
            else:
                self.held.pop((event.code, event.feed), None)
            answer = (confirmed if is_asked else released)(event.code, event.feed)
            self.answers += [answer] if self.chance.random() < 0.9 else []
        self.most = max(self.most, len(self.held))
        return story

    def news(self, second: int, codes: tuple[str, ...]) -> list[Event]:
        """A tick, a few answers and, now and then, other prices and venues."""
        count = self.chance.randrange(4)
        told, self.answers = self.answers[:count], self.answers[count:]
        prices = quotes_returned({code: self.chance.choice((9_200, 9_400, 9_900)) for code in codes})
        venues = on_nxt(*(code for code in codes if self.chance.random() < 0.5))
        seldom = [*([prices] if second % 7 == 0 else []), *([venues] if second % 31 == 0 else [])]
        return [tick(f"10:{second // 60:02}:{second % 60:02}"), *seldom, *told]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kis", [{}, {"ws_status": True}, BOTH_FEEDS])
def test_kis_never_holds_more_than_is_allowed(seed, kis):
    """Prices, venues and answers come at random; what KIS itself holds must stay within six."""
    codes, fake = codes_numbered(12), FakeKis(seed)
    monitor = {"min_subscribe_sec": 0, "subscribe_cooldown_sec": 0, "swaps_per_minute": 60, "rebalance_interval_sec": 1}
    story = known(*codes, kis={"ws_registrations_max": 6, **kis}, monitor=monitor, market=UNIFIED).when(OPEN)
    for second in range(1, 200):
        for event in fake.news(second, codes):
            story = fake.take(story.when(event))
    assert fake.most == 6

# --- refusals


def test_a_refused_status_feed_leaves_the_trades():
    facts = (*live(SAMSUNG), asked(SAMSUNG, STATUS))
    wanting(SAMSUNG, facts=facts, kis={"ws_status": True}).when(refused(SAMSUNG, STATUS, for_good=True)).then()


def test_a_status_feed_refused_for_good_is_not_asked_again():
    facts = (*live(SAMSUNG), asked(SAMSUNG, STATUS), refused(SAMSUNG, STATUS, for_good=True))
    story = wanting(SAMSUNG, facts=facts, kis={"ws_status": True})
    assert registered(story.when(tick("10:30:00"))) == []
    assert registered(story.when(LinkOpened(link=2))) == [(SAMSUNG, TRADES)]


def test_a_refused_status_feed_costs_no_target():
    facts = (*live(SAMSUNG), asked(SAMSUNG, STATUS), refused(SAMSUNG, STATUS, for_good=True))
    story = wanting(SAMSUNG, facts=facts, kis={"ws_status": True}).when(tick("10:01:00"))
    assert [target.code for target in story.state.targets] == [SAMSUNG]


def test_a_status_feed_refused_for_now_is_asked_again():
    facts = (*live(SAMSUNG), asked(SAMSUNG, STATUS), refused(SAMSUNG, STATUS))
    story = wanting(SAMSUNG, facts=facts, kis={"ws_status": True})
    assert registered(story.when(tick("10:02:59"))) == []
    assert registered(story.when(tick("10:03:00"))) == [(SAMSUNG, STATUS)]


def test_refused_trades_take_the_other_feeds_along():
    facts = (*live(SAMSUNG, STATUS), asked(SAMSUNG))
    story = wanting(SAMSUNG, facts=facts, kis={"ws_status": True}).when(refused(SAMSUNG, TRADES, for_good=True))
    story.then(releasing(SAMSUNG, STATUS))


def test_a_status_feed_without_room_renews_the_link():
    facts = (*live(SAMSUNG), asked(SAMSUNG, STATUS))
    story = wanting(SAMSUNG, facts=facts, kis={"ws_status": True}).when(refused(SAMSUNG, STATUS, is_full=True))
    (renewal,) = story.then_of(LinkRenewalWanted)
    assert (renewal.link, renewal.code) == (1, SAMSUNG)

# --- venues


def test_the_unified_feed_is_for_codes_on_nxt():
    story = wanting(SAMSUNG, HYNIX, facts=(on_nxt(HYNIX),), market=UNIFIED).when(tick("10:00:01"))
    assert registered(story) == [(SAMSUNG, TRADES), (HYNIX, "H0UNCNT0")]


def test_while_venues_are_unknown_krx_alone_is_followed():
    assert registered(wanting(SAMSUNG, market=UNIFIED).when(tick("10:00:01"))) == [(SAMSUNG, TRADES)]


def test_further_feeds_are_of_the_same_venue():
    story = wanting(SAMSUNG, HYNIX, facts=(on_nxt(HYNIX),), market=UNIFIED, kis=BOTH_FEEDS).when(tick("10:00:01"))
    unified = [(HYNIX, "H0UNCNT0"), (HYNIX, "H0UNMKO0"), (HYNIX, "H0UNASP0")]
    assert registered(story) == [(SAMSUNG, TRADES), (SAMSUNG, STATUS), (SAMSUNG, BOOK), *unified]


def test_a_code_moves_to_the_feed_of_its_venue():
    story = wanting(SAMSUNG, facts=live(SAMSUNG), market=UNIFIED).when(on_nxt(SAMSUNG))
    story.then(releasing(SAMSUNG), asked(SAMSUNG, "H0UNCNT0"))


def test_a_code_on_its_way_waits_for_room():
    story = wanting(SAMSUNG, facts=live(SAMSUNG), market=UNIFIED, monitor={"max_ws_subs": 1}).when(on_nxt(SAMSUNG))
    story = story.then(releasing(SAMSUNG))
    story.when(released(SAMSUNG)).then(asked(SAMSUNG, "H0UNCNT0"))


def test_moving_to_another_feed_is_no_swap():
    story = wanting(SAMSUNG, facts=live(SAMSUNG), market=UNIFIED).when(on_nxt(SAMSUNG))
    assert story.state.held.tenure.swaps == ()


def test_nxt_alone_has_a_feed_of_its_own():
    story = wanting(SAMSUNG, facts=(on_nxt(SAMSUNG),), market=NXT).when(tick("10:00:01"))
    assert registered(story) == [(SAMSUNG, "H0NXCNT0")]


def test_on_nxt_alone_other_codes_are_no_targets():
    story = known(SAMSUNG, HYNIX, market=NXT).when(on_nxt(HYNIX)).when(SCANNED)
    assert [target.code for target in story.state.targets] == [HYNIX]


def test_on_nxt_alone_unknown_venues_bar_nobody():
    story = known(SAMSUNG, HYNIX, market=NXT).when(SCANNED)
    assert [target.code for target in story.state.targets] == [HYNIX, SAMSUNG]


def test_on_nxt_alone_venues_half_known_bar_nobody():
    story = known(SAMSUNG, HYNIX, market=NXT).when(on_nxt(HYNIX, is_complete=False)).when(SCANNED)
    assert [target.code for target in story.state.targets] == [HYNIX, SAMSUNG]


def test_venues_outlive_a_restart():
    facts = (on_nxt(SAMSUNG), started(market=UNIFIED))
    story = wanting(SAMSUNG, facts=facts, market=UNIFIED).when(LinkOpened(link=2))
    assert registered(story) == [(SAMSUNG, "H0UNCNT0")]


def test_a_stale_unified_feed_is_the_one_refreshed():
    facts = (on_nxt(SAMSUNG), *live(SAMSUNG, "H0UNCNT0"))
    story = wanting(SAMSUNG, facts=facts, market=UNIFIED)
    story.when(StreamStale(code=SAMSUNG, link=1, volume_shares=9)).then(releasing(SAMSUNG, "H0UNCNT0"))

# --- commands and answers name their feed


@pytest.mark.parametrize("feed", [TRADES, STATUS, BOOK, "H0UNCNT0", "H0NXCNT0"])
def test_a_command_is_for_its_feed(feed):
    assert subscribe(SAMSUNG, feed) == Command(wanted=True, feed=feed, code=SAMSUNG)
    assert unsubscribe(SAMSUNG, feed) == Command(wanted=False, feed=feed, code=SAMSUNG)


@pytest.mark.parametrize("feed", [TRADES, STATUS, BOOK, "H0UNCNT0", "H0NXCNT0"])
def test_an_answer_is_about_its_feed(feed):
    story = given(WS, started(), tick("10:00:00"), OPENED, LinkRequested(link=1, wait_s=0.0), OPEN)
    story.when(on_feed(feed, acknowledged("OPSP0000"))).then(confirmed(SAMSUNG, feed))
    story.when(on_feed(feed, acknowledged("OPSP0001"))).then(released(SAMSUNG, feed))
    (refusal,) = story.when(on_feed(feed, acknowledged("OPSP0007"))).decided
    assert (type(refusal), refusal.feed) == (SubscribeRefused, feed)
