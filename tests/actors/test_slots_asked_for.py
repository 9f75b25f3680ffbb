"""SubscriptionActor's core: slots that follow what KIS acknowledges."""

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
)
from slot_stories import (
    LOST,
    OPEN,
    OVERDUE,
    SCANNED,
    asked,
    chosen,
    confirmed,
    live,
    ready,
    refused,
    released,
    releasing,
    renewal,
    slots,
    target_codes,
    wanting,
)
from story import Story

from kis_actors.messages import LinkOpened, SubscribeRefused, SubscribeRequested, UnsubscribeRequested

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
