"""SubscriptionActor's core: targets when due, and slots that follow what KIS acknowledges."""

import pytest
from facts import (
    CLOSED,
    DAY,
    HYNIX,
    LETTERED,
    SAMSUNG,
    codes_numbered,
    level_closes,
    opened,
    quotes_returned,
    started,
    tick,
    universe,
)
from story import Story, given

from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import (
    BaselineMissing,
    ChurnLimited,
    Event,
    LinkLost,
    LinkOpened,
    LinkRenewalWanted,
    Missed,
    OverflowChanged,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    StreamGivenUp,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    SubscriptionsShort,
    Target,
    TargetsChanged,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)
from kis_actors.policies.registrations import code_of

SCANNED = ScanCompleted(scan=1, batches=1, failed=0, quoted=1)
OPEN = LinkOpened(link=1)
LOST = LinkLost(link=1, reason="closed by KIS")
OVERDUE = "10:00:05"
"""An answer to the first command in the queue is overdue after 5 s."""


def slots(story: Story) -> dict[str, str]:
    """What KIS knows of each code's trades."""
    return {code_of(key): slot.state for key, slot in story.state.held.ledger.slots.items()}


def ready(*codes: str, facts: tuple[Event, ...] = (), **monitor: object) -> Story:
    """10:00:00; every code has its average and a price on the threshold; nothing is chosen yet."""
    known = (universe(*codes), *map(level_closes, codes), quotes_returned(dict.fromkeys(codes, 9_200)))
    return given(SUBSCRIPTION, started(monitor=monitor), tick("10:00:00"), *known, *facts)


def wanting(*codes: str, facts: tuple[Event, ...] = (), **monitor: object) -> Story:
    """These codes are the targets since 10:00:00, and link 1 is open."""
    return ready(*codes, facts=(chosen(*codes), OPEN, *facts), **monitor)


def chosen(*codes: str, added: tuple[str, ...] | None = None, removed: tuple[str, ...] = ()) -> TargetsChanged:
    targets = tuple(Target(code, 1.0, -0.08, 9_200) for code in codes)
    return TargetsChanged(targets=targets, added=codes if added is None else added, removed=removed)


def asked(code: str, ask: int = 1, link: int = 1) -> SubscribeRequested:
    return SubscribeRequested(code=code, link=link, ask=ask)


def confirmed(code: str, link: int = 1) -> SubscribeConfirmed:
    return SubscribeConfirmed(code=code, link=link)


def refused(code: str, *, for_good: bool = False) -> SubscribeRefused:
    return SubscribeRefused(code=code, link=1, reason="OPSP0007 said KIS", for_good=for_good)


def releasing(code: str, ask: int = 1) -> UnsubscribeRequested:
    return UnsubscribeRequested(code=code, link=1, ask=ask)


def released(code: str) -> UnsubscribeConfirmed:
    return UnsubscribeConfirmed(code=code, link=1)


def live(*codes: str) -> tuple[Event, ...]:
    return tuple(event for code in codes for event in (asked(code), confirmed(code)))


def target_codes(story: Story) -> list[tuple[str, ...]]:
    """The codes of each TargetsChanged decided."""
    changes = story.then_of(TargetsChanged)
    return [tuple(target.code for target in change.targets) for change in changes]


# --- when targets are chosen


def test_a_scan_chooses_the_targets():
    assert target_codes(ready(SAMSUNG, HYNIX).when(SCANNED)) == [(HYNIX, SAMSUNG)]


def test_a_target_says_what_it_was_judged_by():
    (change,) = ready(SAMSUNG).when(SCANNED).decided
    disparity = 9_200 / ((24 * 10_000 + 9_200) / 25) - 1
    assert [(target.price_won, target.disparity) for target in change.targets] == [(9_200, disparity)]


def test_the_first_change_adds_all_targets():
    (change,) = ready(SAMSUNG, HYNIX).when(SCANNED).decided
    assert (change.added, change.removed) == ((HYNIX, SAMSUNG), ())


def test_equal_targets_are_not_said_again():
    story = ready(SAMSUNG).when(SCANNED).when(tick("10:01:00"))
    story.then()


def test_targets_wait_until_every_average_is_known():
    story = given(
        SUBSCRIPTION, started(), tick("10:00:00"), universe(SAMSUNG, HYNIX), level_closes(SAMSUNG),
        quotes_returned({SAMSUNG: 9_200, HYNIX: 9_200}),
    )  # fmt: skip
    story.when(SCANNED).then()


def test_a_missing_average_is_known_too():
    missing = BaselineMissing(code=HYNIX, day=DAY, reason="3 closes, 24 needed")
    story = given(
        SUBSCRIPTION, started(), tick("10:00:00"), universe(SAMSUNG, HYNIX), level_closes(SAMSUNG), missing,
        quotes_returned({SAMSUNG: 9_200, HYNIX: 9_200}),
    )  # fmt: skip
    assert target_codes(story.when(SCANNED)) == [(SAMSUNG,)]


def test_targets_are_not_chosen_before_any_quote():
    story = given(SUBSCRIPTION, started(), tick("10:00:00"), universe(SAMSUNG), level_closes(SAMSUNG))
    story.when(tick("10:00:01")).then()


def test_targets_are_not_chosen_before_the_interval_ends():
    story = ready(SAMSUNG, HYNIX, facts=(chosen(SAMSUNG),))
    story.when(tick("10:00:59")).then()


def test_targets_are_chosen_anew_after_the_interval():
    story = ready(SAMSUNG, HYNIX, facts=(chosen(SAMSUNG),))
    assert target_codes(story.when(tick("10:01:00"))) == [(HYNIX, SAMSUNG)]


def test_volatility_is_the_day_s_range():
    quotes = quotes_returned({SAMSUNG: 9_200}, inter2_hgpr="10500", inter2_lwpr="9000")
    (change,) = ready(SAMSUNG, facts=(quotes,), score={"w1": 0, "w2": 1, "w3": 0}).when(SCANNED).decided
    assert [target.score for target in change.targets] == [0.15]


def test_a_code_that_left_the_universe_is_no_target():
    story = ready(SAMSUNG, HYNIX, facts=(universe(HYNIX),))
    assert target_codes(story.when(SCANNED)) == [(HYNIX,)]


def test_the_close_ends_all_targets():
    (change,) = ready(SAMSUNG, facts=(chosen(SAMSUNG),)).when(CLOSED).decided
    assert change == TargetsChanged(targets=(), added=(), removed=(SAMSUNG,))


def test_the_closing_prices_choose_nothing():
    story = ready(SAMSUNG, facts=(chosen(SAMSUNG), CLOSED, chosen(removed=(SAMSUNG,)))).when(tick("15:31:01")).then()
    story = story.when(quotes_returned({SAMSUNG: 9_200}, scan=2)).then()
    story = story.when(ScanCompleted(scan=2, batches=1, failed=0, quoted=1, scope="close")).then()
    story.when(tick("15:40:00")).then()


def test_the_closing_prices_are_forgotten_by_the_next_session():
    facts = (CLOSED, quotes_returned({SAMSUNG: 9_200}, scan=2), opened(day=DAY.replace(day=23)))
    assert ready(SAMSUNG, facts=facts).state.prices.quotes == {}


def test_a_dropped_target_waits_out_its_cooldown():
    story = ready(SAMSUNG, HYNIX, facts=(chosen(SAMSUNG, HYNIX), chosen(HYNIX, added=(), removed=(SAMSUNG,))))
    assert target_codes(story.when(tick("10:02:59"))) == [(HYNIX,)]


def test_a_dropped_target_may_return_after_its_cooldown():
    story = ready(SAMSUNG, HYNIX, facts=(chosen(SAMSUNG, HYNIX), chosen(HYNIX, added=(), removed=(SAMSUNG,))))
    assert target_codes(story.when(tick("10:03:00"))) == [(HYNIX, SAMSUNG)]


# --- asking for slots


def test_targets_are_asked_for_as_the_link_opens():
    ready(SAMSUNG, HYNIX, facts=(chosen(SAMSUNG, HYNIX),)).when(OPEN).then(asked(SAMSUNG), asked(HYNIX))


def test_targets_wait_for_a_link():
    ready(SAMSUNG, facts=(chosen(SAMSUNG),)).when(tick("10:00:01")).then()


def test_new_targets_are_asked_for_at_once():
    decided = ready(SAMSUNG, facts=(OPEN,)).when(SCANNED).then_of(SubscribeRequested)
    assert decided == (asked(SAMSUNG),)


def test_a_requested_target_is_not_asked_for_again():
    wanting(SAMSUNG, facts=(asked(SAMSUNG),)).when(tick("10:00:01")).then()


def test_a_live_target_is_not_asked_for_again():
    wanting(SAMSUNG, facts=live(SAMSUNG)).when(tick("10:00:30")).then()


def test_no_more_slots_are_asked_for_than_set():
    codes = codes_numbered(3)
    wanting(*codes, max_ws_subs=2).when(tick("10:00:01")).then(asked(codes[0]), asked(codes[1]))


def test_never_more_than_40_slots_are_asked_for():
    story = wanting(*codes_numbered(60), max_ws_subs=60).when(tick("10:00:01"))
    asked_for = [*story.decided]
    for question in asked_for:  # grows with every answer
        story = story.when(confirmed(question.code))
        asked_for += story.then_of(SubscribeRequested)
    assert len(asked_for) == 40


def test_requested_slots_count_against_the_limit():
    first, second, third = codes_numbered(3)
    story = wanting(first, second, third, facts=(asked(first), *live(second)), max_ws_subs=2)
    story.when(tick("10:00:01")).then()


# --- giving slots back


def test_a_dropped_target_is_released():
    change = chosen(HYNIX, removed=(SAMSUNG,))
    story = wanting(SAMSUNG, facts=(*live(SAMSUNG), change), max_ws_subs=1)
    story.when(tick("10:00:01")).then(releasing(SAMSUNG))


def test_a_slot_being_released_is_not_reused():
    change = chosen(HYNIX, removed=(SAMSUNG,))
    story = wanting(SAMSUNG, facts=(*live(SAMSUNG), change, releasing(SAMSUNG)), max_ws_subs=1)
    story.when(tick("10:00:02")).then()


def test_a_released_slot_is_used_again():
    change = chosen(HYNIX, removed=(SAMSUNG,))
    story = wanting(SAMSUNG, facts=(*live(SAMSUNG), change, releasing(SAMSUNG)), max_ws_subs=1)
    story.when(released(SAMSUNG)).then(asked(HYNIX))


def test_a_dropped_request_is_released_once_confirmed():
    change = chosen(HYNIX, removed=(SAMSUNG,))
    story = wanting(SAMSUNG, facts=(asked(SAMSUNG), change), max_ws_subs=1)
    story.when(confirmed(SAMSUNG)).then(releasing(SAMSUNG))


def test_the_close_releases_every_live_slot():
    decided = wanting(SAMSUNG, HYNIX, facts=live(SAMSUNG, HYNIX)).when(CLOSED).then_of(UnsubscribeRequested)
    assert decided == (releasing(SAMSUNG), releasing(HYNIX))


# --- answers that do not come


def test_an_answer_is_waited_for_at_first():
    wanting(SAMSUNG, facts=(asked(SAMSUNG),)).when(tick("10:00:04.999")).then()


def test_an_overdue_subscription_is_asked_for_again():
    wanting(SAMSUNG, facts=(asked(SAMSUNG),)).when(tick(OVERDUE)).then(asked(SAMSUNG, ask=2))


def test_an_overdue_release_is_asked_for_again():
    facts = (*live(SAMSUNG), chosen(removed=(SAMSUNG,)), releasing(SAMSUNG))
    story = wanting(SAMSUNG, facts=facts)
    story.when(tick("10:00:05.099")).then()
    story.when(tick("10:00:05.100")).then(releasing(SAMSUNG, ask=2))  # it was queued behind the subscription


@pytest.mark.parametrize("asks", [1, 2])
def test_the_wait_begins_anew_with_each_ask(asks):
    facts = (*(asked(SAMSUNG, ask=number) for number in range(1, asks + 1)), tick("10:00:03"), asked(SAMSUNG, asks))
    wanting(SAMSUNG, facts=facts).when(tick(OVERDUE)).then()


def test_a_question_is_put_three_times_at_most():
    story = wanting(SAMSUNG, facts=(asked(SAMSUNG, ask=3),)).when(tick("10:05:00"))
    assert story.then_of(SubscribeRequested) == ()


# --- refusals


def test_a_refused_code_is_not_asked_again_at_once():
    wanting(SAMSUNG, facts=(asked(SAMSUNG), refused(SAMSUNG))).when(tick("10:00:01")).then()


def test_a_refused_code_leaves_its_slot_to_another():
    codes = (SAMSUNG, HYNIX)
    story = wanting(*codes, facts=(asked(SAMSUNG),), max_ws_subs=1)
    story.when(refused(SAMSUNG)).then(asked(HYNIX))


def test_a_refused_code_is_no_target_while_cooling():
    story = wanting(SAMSUNG, HYNIX, facts=(asked(SAMSUNG), refused(SAMSUNG)))
    assert target_codes(story.when(tick("10:02:59"))) == [(HYNIX,)]


def test_a_code_refused_for_good_is_no_target_today():
    story = wanting(SAMSUNG, HYNIX, facts=(asked(SAMSUNG), refused(SAMSUNG, for_good=True)))
    assert target_codes(story.when(tick("15:00:00"))) == [(HYNIX,)]


def test_a_code_refused_for_good_outlives_a_restart():
    facts = (asked(SAMSUNG), refused(SAMSUNG, for_good=True), started())
    assert target_codes(wanting(SAMSUNG, HYNIX, facts=facts).when(tick("15:00:00"))) == [(HYNIX,)]


def test_a_code_refused_for_good_is_not_asked_on_another_link():
    facts = (asked(SAMSUNG), refused(SAMSUNG, for_good=True), LOST)
    wanting(SAMSUNG, facts=facts).when(LinkOpened(link=2)).then()


def test_a_code_refused_for_good_may_return_next_day():
    next_day = level_closes(SAMSUNG)
    next_day = type(next_day)(code=SAMSUNG, day=DAY.replace(day=23), closes_won=next_day.closes_won)
    story = wanting(SAMSUNG, facts=(asked(SAMSUNG), refused(SAMSUNG, for_good=True), CLOSED))
    story = story.when(tick("09:00:00", DAY.replace(day=23))).when(opened(day=DAY.replace(day=23))).when(next_day)
    story = story.when(quotes_returned({SAMSUNG: 9_200}))
    assert target_codes(story.when(SCANNED)) == [(SAMSUNG,)]


# --- links


def test_a_lost_link_empties_all_slots():
    assert slots(wanting(SAMSUNG, facts=live(SAMSUNG)).when(LOST)) == {}


def test_without_a_link_nothing_is_asked_for():
    wanting(SAMSUNG, facts=(*live(SAMSUNG), LOST)).when(tick("10:00:30")).then()


def test_a_new_link_subscribes_every_target_again():
    story = wanting(SAMSUNG, LETTERED, facts=(*live(SAMSUNG, LETTERED), LOST))
    story.when(LinkOpened(link=2)).then(asked(SAMSUNG, link=2), asked(LETTERED, link=2))


def test_the_end_of_an_older_link_changes_nothing():
    facts = (LOST, LinkOpened(link=2), asked(SAMSUNG, link=2), confirmed(SAMSUNG, link=2))
    wanting(SAMSUNG, facts=facts).when(LOST).then()


def test_an_answer_on_an_older_link_is_ignored():
    facts = (LOST, LinkOpened(link=2), asked(SAMSUNG, link=2))
    story = wanting(SAMSUNG, facts=facts).when(confirmed(SAMSUNG, link=1))
    assert slots(story) == {SAMSUNG: "requested"}


def test_a_release_on_an_older_link_frees_no_slot():
    facts = (LOST, LinkOpened(link=2), asked(SAMSUNG, link=2), confirmed(SAMSUNG, link=2))
    wanting(SAMSUNG, facts=facts).when(released(SAMSUNG)).then()


def test_a_restart_empties_all_slots():
    assert slots(wanting(SAMSUNG, facts=live(SAMSUNG)).when(started())) == {}


# --- churn

BETTER, WORSE = 9_200, 9_900
"""Prices on the threshold, and far from it."""


def rivals(count: int, **monitor: object) -> Story:
    """So many live codes, worse since 10:02:00 than as many others; due for another choice."""
    codes = codes_numbered(2 * count)
    prices = {code: WORSE if code in codes[:count] else BETTER for code in codes}
    facts = (chosen(*codes[:count]), OPEN, *live(*codes[:count]), quotes_returned(prices))
    return ready(*codes, facts=facts, max_ws_subs=count, **monitor)


DUE = tick("10:02:00")


def swaps(story: Story) -> int:
    return sum(isinstance(event, UnsubscribeRequested) and event.ask == 1 for event in story.decided)


def test_no_more_slots_change_hands_than_a_minute_allows():
    assert swaps(rivals(6, swaps_per_minute=4).when(DUE)) == 4


def test_no_more_slots_change_hands_than_a_day_allows():
    assert swaps(rivals(6, swaps_per_day=2).when(DUE)) == 2


def test_waiting_changes_are_said_once():
    story = rivals(6, swaps_per_minute=4).when(DUE)
    assert story.then_of(ChurnLimited) == (ChurnLimited(codes=("000011", "000012")),)
    assert story.when(tick("10:03:00")).then_of(ChurnLimited) == ()


def test_waiting_changes_happen_when_the_budget_allows():
    story = rivals(6, swaps_per_minute=4).when(DUE)
    assert swaps(story.when(tick("10:03:00"))) == 0
    assert swaps(story.when(tick("10:03:06"))) == 2


def test_the_churn_budget_outlives_a_restart():
    budget = {"max_ws_subs": 6, "swaps_per_minute": 4}
    story = rivals(6, swaps_per_minute=4).when(DUE).when(started(monitor=budget)).when(LinkOpened(link=2))
    for code in codes_numbered(12):
        story = story.when(confirmed(code, link=2)) if code in slots(story) else story
    assert swaps(story.when(tick("10:02:30"))) == 0


def test_a_new_link_costs_no_swaps():
    story = wanting(*codes_numbered(6), facts=live(*codes_numbered(6)))
    assert story.when(LOST).when(LinkOpened(link=2)).state.held.tenure.swaps == ()


def test_the_close_costs_no_swaps():
    story = wanting(*codes_numbered(6), facts=live(*codes_numbered(6)))
    assert story.when(CLOSED).state.held.tenure.swaps == ()


# --- who deserved a slot too


def test_codes_without_a_slot_are_named():
    story = ready(SAMSUNG, HYNIX, max_ws_subs=1).when(SCANNED)
    assert story.then_of(OverflowChanged) == (OverflowChanged(missed=(Missed(SAMSUNG, "no slot"),)),)


def test_codes_without_a_slot_are_named_once():
    story = ready(SAMSUNG, HYNIX, max_ws_subs=1).when(SCANNED)
    story.when(tick("10:01:00")).then()


def test_codes_without_a_slot_are_in_the_state():
    story = ready(SAMSUNG, HYNIX, max_ws_subs=1).when(SCANNED)
    assert story.state.missed == (Missed(SAMSUNG, "no slot"),)


def test_safe_mode_chooses_nothing_new():
    story = ready(SAMSUNG, facts=(SafeModeEntered(reason="3 failed scans", interval_s=120.0),))
    story.when(SCANNED).then()
    assert target_codes(story.when(SafeModeLeft(interval_s=60.0)).when(SCANNED)) == [(SAMSUNG,)]


# --- silence without reason


def stale(code: str = SAMSUNG, link: int = 1) -> StreamStale:
    return StreamStale(code=code, link=link, volume_shares=100)


def renewal(reason: str, link: int = 1) -> LinkRenewalWanted:
    return LinkRenewalWanted(link=link, code=SAMSUNG, reason=reason)


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


# --- answers that never come


def test_each_place_in_the_queue_is_waited_for():
    first, second = codes_numbered(2)
    story = wanting(first, second, facts=(asked(first), asked(second)))
    story.when(tick("10:00:05")).then(asked(first, ask=2))


def unanswered(*codes: str, **monitor: object) -> Story:
    """Asked for three times, the last time at 10:00:10."""
    facts = (tick("10:00:10"), *(asked(code, ask=3) for code in codes))
    return wanting(*codes, facts=facts, **monitor).when(tick("10:00:16"))


def test_a_subscription_never_answered_is_refused():
    refusal = SubscribeRefused(code=SAMSUNG, link=1, reason="no answer to 3 asks", is_unanswered=True)
    unanswered(SAMSUNG).then(refusal)


def test_an_unanswered_slot_counts_as_taken():
    story = unanswered(SAMSUNG, max_ws_subs=1)
    story = story.when(chosen(SAMSUNG, HYNIX)).when(tick("10:00:17"))
    assert story.then_of(SubscribeRequested) == ()


def test_an_unanswered_code_is_asked_for_after_its_cooldown():
    story = unanswered(SAMSUNG, rebalance_interval_sec=3600)
    story.when(tick("10:03:15")).then()
    story.when(tick("10:03:16")).then(asked(SAMSUNG))


def test_an_unanswered_code_nobody_wants_is_released():
    unanswered(SAMSUNG, rebalance_interval_sec=3600).when(chosen(removed=(SAMSUNG,))).then(releasing(SAMSUNG))


def test_an_answer_that_comes_after_all_counts():
    assert slots(unanswered(SAMSUNG).when(confirmed(SAMSUNG))) == {SAMSUNG: "live"}


def test_a_release_never_answered_renews_the_link():
    facts = (*live(SAMSUNG), chosen(removed=(SAMSUNG,)), releasing(SAMSUNG, ask=3))
    wanting(SAMSUNG, facts=facts).when(tick("10:00:06")).then(renewal("no answer to 3 releases"))


def test_a_late_answer_does_not_free_a_slot_asked_for_again():
    story = wanting(SAMSUNG, facts=(*live(SAMSUNG), releasing(SAMSUNG), released(SAMSUNG), asked(SAMSUNG)))
    assert slots(story.when(released(SAMSUNG))) == {SAMSUNG: "requested"}


def test_a_refused_release_frees_no_slot():
    story = wanting(SAMSUNG, facts=(*live(SAMSUNG), releasing(SAMSUNG)))
    assert slots(story.when(refused(SAMSUNG))) == {SAMSUNG: "releasing"}
