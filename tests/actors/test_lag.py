"""While processing lags behind the stream half as many codes are followed, and as many as before once it keeps up."""

import pytest
from facts import (
    CLOSED,
    codes_numbered,
    following,
    level_closes,
    quotes_returned,
    started,
    three_ways,
    tick,
    universe,
)
from story import Story, given

from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import (
    Event,
    LinkOpened,
    ReadingPaused,
    SafeModeEntered,
    ScanCompleted,
    SlotLimitChanged,
    SubscribeConfirmed,
    TargetsChanged,
    UnsubscribeRequested,
)

PAUSED = ReadingPaused(link=1, backlog=20_001)
LAGS, KEEPS_UP = "20001 records are not handled yet", "processing keeps up again"
SCANNED = ScanCompleted(scan=1, batches=1, failed=0, quoted=8)
CODES = codes_numbered(8)


def limited(limit: int, reason: str = LAGS, *, is_usual: bool = False) -> SlotLimitChanged:
    return SlotLimitChanged(limit=limit, reason=reason, is_usual=is_usual)


def busy(*facts: Event, kis: dict[str, object] | None = None, **monitor: object) -> Story:
    """10:00:00: eight codes are followed, all of them live; the cooldown is over as soon as it begins."""
    settings = started(monitor={"max_ws_subs": 8, "subscribe_cooldown_sec": 0, **monitor}, kis=kis or {})
    live = (SubscribeConfirmed(code=code, link=1) for code in CODES)
    known = (universe(*CODES), *map(level_closes, CODES), quotes_returned(dict.fromkeys(CODES, 9_200)))
    return given(SUBSCRIPTION, settings, tick("10:00:00"), *known, following(*CODES), LinkOpened(link=1), *live, *facts)


def limits(story: Story) -> list[int]:
    return [event.limit for event in story.then_of(SlotLimitChanged)]


def followed(story: Story) -> int:
    return len(story.state.targets)


# --- fewer


def test_lag_halves_the_codes_at_once():
    story = busy().when(PAUSED)
    assert story.then_of(SlotLimitChanged) == (limited(4),)
    assert (followed(story), len(story.then_of(UnsubscribeRequested))) == (4, 4)


def test_the_best_codes_stay():
    prices = {code: 9_200 + 100 * place for place, code in enumerate(CODES)}
    (change,) = busy(quotes_returned(prices)).when(PAUSED).then_of(TargetsChanged)
    assert tuple(target.code for target in change.targets) == CODES[:4]


def test_lag_that_goes_on_is_not_halved_at_once():
    assert limits(busy(PAUSED, limited(4), tick("10:00:09.999")).when(PAUSED)) == []


def test_lag_that_goes_on_is_halved_after_ten_seconds():
    story = busy(PAUSED, limited(4), tick("10:00:10")).when(PAUSED)
    assert (limits(story), followed(story)) == ([2], 2)


def test_one_code_is_always_followed():
    story = busy(PAUSED, limited(1)).when(tick("10:00:10"))
    assert (limits(story), followed(story)) == ([], 1)


def test_the_limit_holds_at_every_choice():
    story = busy(PAUSED, limited(4)).when(tick("10:00:30"))
    assert followed(story) == 4


def test_the_limit_holds_though_no_swap_is_left():
    story = busy(swaps_per_minute=1, swaps_per_day=1).when(PAUSED)
    assert (limits(story), followed(story)) == ([4], 4)


def test_with_more_feeds_half_the_codes_are_fewer():
    story = busy(kis={"ws_registrations_max": 12, "ws_status": True}).when(PAUSED)
    assert (limits(story), followed(story)) == ([3], 3)


def test_lag_shrinks_in_safe_mode_too():
    story = busy(SafeModeEntered(reason="no answer", interval_s=120.0)).when(PAUSED)
    assert (limits(story), followed(story)) == ([4], 4)


@pytest.mark.parametrize("time_of_day", ["10:00:10", "10:01:10"])
def test_with_the_setting_off_lag_changes_nothing(time_of_day):
    busy(shrink_on_lag=False).when(PAUSED).then()
    assert limits(busy(PAUSED, shrink_on_lag=False).when(tick(time_of_day))) == []


# --- as many as before


def test_a_calm_minute_doubles_the_codes():
    story = busy(PAUSED, limited(2), following(*CODES[:2]))
    assert limits(story.when(tick("10:00:59"))) == []
    story = story.when(tick("10:01:00"))
    assert story.then_of(SlotLimitChanged) == (limited(4, KEEPS_UP),)
    assert followed(story) == 4


def test_they_double_until_they_are_all_followed():
    story = busy(PAUSED, limited(2), tick("10:01:00"), limited(4, KEEPS_UP)).when(tick("10:02:00"))
    assert story.then_of(SlotLimitChanged) == (limited(8, KEEPS_UP, is_usual=True),)
    assert limits(story.when(tick("10:03:00"))) == []


def test_the_usual_number_is_never_exceeded():
    story = busy(PAUSED, limited(5)).when(tick("10:01:00"))
    assert limits(story) == [8]


def test_lag_within_the_minute_begins_it_anew():
    story = busy(PAUSED, limited(4), tick("10:00:05"), PAUSED)
    assert limits(story.when(tick("10:01:04"))) == []
    assert limits(story.when(tick("10:01:05"))) == [8]


def test_lag_while_growing_halves_again():
    story = busy(PAUSED, limited(2), tick("10:01:00"), limited(4, KEEPS_UP), tick("10:01:10")).when(PAUSED)
    assert limits(story) == [2]


def test_without_lag_nothing_is_said():
    assert limits(busy().when(tick("10:30:00"))) == []


def test_a_restart_begins_with_all_codes():
    story = busy(PAUSED, limited(4), started(monitor={"max_ws_subs": 8, "subscribe_cooldown_sec": 0})).when(SCANNED)
    assert followed(story) == 8


def test_the_close_ends_all_codes_while_lagging_too():
    assert followed(busy(PAUSED, limited(4)).when(CLOSED)) == 0


# --- all of it


def test_a_lagging_morning_is_carried_and_rebuilt_alike():
    lived, carried, rebuilt = three_ways(
        SUBSCRIPTION, started(monitor={"max_ws_subs": 8}), universe(*CODES), tick("10:00:00"), LinkOpened(link=1),
        *map(level_closes, CODES), quotes_returned(dict.fromkeys(CODES, 9_200)), SCANNED, PAUSED, tick("10:00:10"),
        PAUSED, tick("10:01:10"), tick("10:02:10"), tick("10:05:00"), started(), tick("10:06:00"),
    )  # fmt: skip
    changes = [event.limit for events in lived[1] for event in events if isinstance(event, SlotLimitChanged)]
    assert changes == [4, 2, 4, 8]
    assert lived == carried == rebuilt
