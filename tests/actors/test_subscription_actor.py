"""SubscriptionActor's core: targets when due, and no more changes than the budget allows."""

from facts import (
    CLOSED,
    DAY,
    HYNIX,
    SAMSUNG,
    codes_numbered,
    level_closes,
    opened,
    quotes_returned,
    started,
    tick,
    universe,
)
from slot_stories import LOST, OPEN, SCANNED, chosen, confirmed, live, ready, slots, target_codes, wanting
from story import Story, given

from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import (
    BaselineMissing,
    ChurnLimited,
    LinkOpened,
    Missed,
    OverflowChanged,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    TargetsChanged,
    UnsubscribeRequested,
)

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
