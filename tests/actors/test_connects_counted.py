"""WsActor's core: how often it may connect, when it renews a link, and what KIS's answers mean."""

from datetime import timedelta

import pytest
from facts import NOW, OPENED, SAMSUNG, acknowledged, at, frame, started, tick, trade
from hypothesis import given as given_data
from hypothesis import settings
from hypothesis import strategies as st
from link_stories import PINGPONG, PLENTY, TEN, asked, ended_by_us, in_session, linked, lost, next_wait_s, passing
from story import Story, given

from kis_actors.actors.ws import CORE as WS
from kis_actors.messages import (
    ControlRejected,
    FrameReceived,
    LinkBlocked,
    LinkOpened,
    LinkReleased,
    LinkRenewalWanted,
    LinkRequested,
    SubscribeConfirmed,
    SubscribeRefused,
    UnsubscribeConfirmed,
)

# --- the budget of connects


def connected(times: int, *, at_each: str = "10:00:00", **kis: int) -> Story:
    """So many links were opened and lost, the last one just now."""
    story = given(WS, started(kis=kis), tick(at_each), OPENED, asked(1))
    for link in range(1, times + 1):
        story = story.when(LinkOpened(link=link)).when(lost(link))
    return story


def test_connects_within_the_budget_are_not_held_back():
    connected(9).then(asked(10, next_wait_s(connected(9))))


def test_a_connect_beyond_the_budget_waits_and_is_said():
    blocked, request = connected(3, connects_per_10_min=3).decided
    assert blocked == LinkBlocked(link=3, reason=blocked.reason, wait_s=605.0)
    assert request == asked(4, 605.0)


def test_a_link_the_budget_held_back_opens_in_time():
    story = connected(3, connects_per_10_min=3).when(tick("10:10:05")).when(LinkOpened(link=4))
    assert next_wait_s(story.when(tick("10:10:06")).when(lost(4), at=at("10:10:06"))) <= 4 * 1.2 + 5


def test_the_day_s_budget_counts_longer():
    blocked, _ = connected(3, connects_per_day=3).decided
    assert 86_000 < blocked.wait_s <= 86_405


def test_the_budget_outlives_a_restart():
    three = started(kis={"connects_per_10_min": 3})
    blocked, request = connected(3, connects_per_10_min=3).when(three).when(TEN).decided
    assert (type(blocked), request.wait_s) == (LinkBlocked, 605.0)


def test_restarts_while_the_budget_is_waited_for_cost_nothing():
    story = connected(3, connects_per_10_min=3)
    for _ in range(20):
        story = story.when(started(kis={"connects_per_10_min": 3})).when(TEN)
    assert next_wait_s(story) == 605.0


def test_restarts_after_connecting_count():
    ten = started(kis={"connects_per_10_min": 10, "ws_reconnect_delays_sec": (1.0,)})
    story = given(WS, ten, tick("10:00:00"), OPENED)
    for link in range(1, 11):
        story = passing(story.when(ten), 5 * link).when(LinkOpened(link=link))
    assert next_wait_s(passing(story.when(ten), 60)) > 500


def test_a_connect_is_counted_from_when_it_is_asked_for():
    """Seed 95: the clock is silent for 10 s; links counted at its last tick come up to 10 s too early later."""
    story = in_session(asked(1), LinkOpened(link=1)).when(lost(1), at=NOW + timedelta(seconds=10))
    (request,) = story.then_of(LinkRequested)
    assert story.state.connects[-1] == NOW + timedelta(seconds=10 + request.wait_s)


def test_a_budget_is_waited_for_from_when_it_is_asked_for():
    story = connected(2, connects_per_10_min=3).when(LinkOpened(link=3)).when(lost(3), at=NOW + timedelta(seconds=10))
    assert next_wait_s(story) == 595.0


def test_a_connect_in_an_older_log_is_counted_at_the_last_tick():
    assert in_session(LinkRequested(link=1, wait_s=3.0)).state.connects == (NOW + timedelta(seconds=3),)


def test_a_connect_that_is_waited_for_stays_counted():
    assert len(passing(in_session(asked(1, 5.0)), 1).state.connects) == 1


def test_a_connect_may_have_come_while_nobody_was_there():
    """Planned before the first tick of the next run, and nobody knows whether the daemon lived to make it."""
    planned = in_session(asked(1, 5.0)).when(PLENTY)
    assert len(passing(planned, 6).state.connects) == 2


def test_a_connect_planned_for_later_than_the_next_start_never_came():
    planned = in_session(asked(1, 5.0)).when(PLENTY)
    assert len(passing(planned, 4).state.connects) == 1


@settings(max_examples=60)
@given_data(st.lists(st.integers(0, 300), min_size=20, max_size=60))
def test_no_ten_minutes_ever_see_more_connects_than_the_budget(lifetimes_s):
    """Links that live so long each; wherever a window of ten minutes lies, at most 10 connects are in it."""
    ten = started(kis={"connects_per_10_min": 10})
    story, at_s, connects_s = given(WS, ten, tick("10:00:00")).when(OPENED), 0.0, []
    for link, life_s in enumerate(lifetimes_s, start=1):
        at_s += next_wait_s(story)
        connects_s.append(at_s)
        story = passing(story, at_s).when(LinkOpened(link=link))
        at_s += life_s
        story = passing(story, at_s).when(lost(link), at=NOW + timedelta(seconds=at_s))
    assert all(later - first > 600 for first, later in zip(connects_s, connects_s[10:], strict=False))

# --- renewal


def renewal(link: int = 1) -> LinkRenewalWanted:
    return LinkRenewalWanted(link=link, code=SAMSUNG, reason="OPSP0008")


def test_a_link_to_be_renewed_is_closed():
    linked().when(renewal()).then(LinkReleased(link=1))


def test_a_renewed_link_opens_after_the_first_wait():
    (request,) = linked().when(renewal()).when(ended_by_us(1)).when(TEN).decided
    assert (request.link, 0.8 <= request.wait_s <= 1.2) == (2, True)


def test_an_older_link_is_not_renewed():
    linked().when(renewal(link=7)).then()


def test_a_link_is_renewed_once():
    linked().when(renewal()).when(renewal()).then()


def test_a_link_is_not_renewed_beyond_the_budget():
    connected(2, connects_per_10_min=3).when(LinkOpened(link=3)).when(renewal(link=3)).then()

# --- what answers mean


@pytest.mark.parametrize("msg_cd", ["OPSP0000", "OPSP0002"])
def test_a_subscription_is_confirmed(msg_cd):
    linked().when(acknowledged(msg_cd)).then(SubscribeConfirmed(code=SAMSUNG, link=1))


@pytest.mark.parametrize("msg_cd", ["OPSP0001", "OPSP0003"])
def test_a_release_is_confirmed(msg_cd):
    linked().when(acknowledged(msg_cd)).then(UnsubscribeConfirmed(code=SAMSUNG, link=1))


@pytest.mark.parametrize("msg_cd", ["OPSP0007", "OPSP8999", "OPSP9999", "OPSP4711"])
def test_a_subscription_is_refused_for_now(msg_cd):
    linked().when(acknowledged(msg_cd)).then(
        SubscribeRefused(code=SAMSUNG, link=1, reason=f"{msg_cd} said KIS", for_good=False)
    )


def test_a_refusal_for_want_of_room_says_so():
    linked().when(acknowledged("OPSP0008")).then(
        SubscribeRefused(code=SAMSUNG, link=1, reason="OPSP0008 said KIS", is_full=True)
    )


@pytest.mark.parametrize("msg_cd", ["OPSP8991", "OPSP8992", "OPSP8993"])
def test_a_subscription_is_refused_for_good(msg_cd):
    linked().when(acknowledged(msg_cd)).then(
        SubscribeRefused(code=SAMSUNG, link=1, reason=f"{msg_cd} said KIS", for_good=True)
    )


def test_an_answer_keeps_the_link_it_came_on():
    linked(lost(1), asked(2), LinkOpened(link=2)).when(acknowledged("OPSP0000", link=2)).then(
        SubscribeConfirmed(code=SAMSUNG, link=2)
    )


def test_kis_asking_for_a_sign_of_life_decides_nothing():
    linked().when(PINGPONG).then()


def test_a_data_frame_decides_nothing_here():
    linked().when(frame(trade())).then()


def test_a_control_message_cut_short_is_rejected_by_name():
    (rejected,) = linked().when(FrameReceived(link=1, text='{"header":{"tr_id"')).decided
    assert isinstance(rejected, ControlRejected) and rejected.reason.startswith("control message: expected JSON")


def test_a_rejected_control_message_changes_nothing():
    story = linked()
    assert story.when(FrameReceived(link=1, text="{}")).state == story.state
