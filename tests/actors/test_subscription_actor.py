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
    quotes_returned,
    started,
    tick,
    universe,
)
from story import Story, given

from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import (
    BaselineMissing,
    Event,
    LinkLost,
    LinkOpened,
    ScanCompleted,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    Target,
    TargetsChanged,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)

SCANNED = ScanCompleted(scan=1, batches=1, failed=0, quoted=1)
OPEN = LinkOpened(link=1)
LOST = LinkLost(link=1, reason="closed by KIS")
OVERDUE = "10:00:09"
"""An answer is overdue after 5 s and the 4 s that 40 queued commands take."""


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
    codes = codes_numbered(60)
    assert len(wanting(*codes, max_ws_subs=60).when(tick("10:00:01")).decided) == 40


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
    wanting(SAMSUNG, facts=(asked(SAMSUNG),)).when(tick("10:00:08.999")).then()


def test_an_overdue_subscription_is_asked_for_again():
    wanting(SAMSUNG, facts=(asked(SAMSUNG),)).when(tick(OVERDUE)).then(asked(SAMSUNG, ask=2))


def test_an_overdue_release_is_asked_for_again():
    facts = (*live(SAMSUNG), chosen(removed=(SAMSUNG,)), releasing(SAMSUNG))
    wanting(SAMSUNG, facts=facts).when(tick(OVERDUE)).then(releasing(SAMSUNG, ask=2))


@pytest.mark.parametrize("asks", [1, 2])
def test_the_wait_begins_anew_with_each_ask(asks):
    facts = (*(asked(SAMSUNG, ask=number) for number in range(1, asks + 1)), tick("10:00:05"), asked(SAMSUNG, asks))
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
    story = story.when(tick("09:00:00", DAY.replace(day=23))).when(next_day)
    story = story.when(quotes_returned({SAMSUNG: 9_200}))
    assert target_codes(story.when(SCANNED)) == [(SAMSUNG,)]


# --- links


def test_a_lost_link_empties_all_slots():
    assert wanting(SAMSUNG, facts=live(SAMSUNG)).when(LOST).state.slots == {}


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
    assert wanting(SAMSUNG, facts=facts).when(confirmed(SAMSUNG, link=1)).state.slots[SAMSUNG].state == "requested"


def test_a_release_on_an_older_link_frees_no_slot():
    facts = (LOST, LinkOpened(link=2), asked(SAMSUNG, link=2), confirmed(SAMSUNG, link=2))
    wanting(SAMSUNG, facts=facts).when(released(SAMSUNG)).then()


def test_a_restart_empties_all_slots():
    assert wanting(SAMSUNG, facts=live(SAMSUNG)).when(started()).state.slots == {}
