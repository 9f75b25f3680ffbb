"""WsActor's core: one link while there is a session, ever longer waits for the next, and what KIS's answers mean."""

from datetime import timedelta

import pytest
from facts import CLOSED, NEXT_DAY, NOW, OPENED, SAMSUNG, acknowledged, at, frame, started, tick, trade
from hypothesis import given as given_data
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace
from story import Story, given

from kis_actors.actors.ws import CORE as WS
from kis_actors.actors.ws import subscribe, unsubscribe
from kis_actors.messages import (
    ClockTicked,
    ControlRejected,
    Event,
    FrameReceived,
    LinkBlocked,
    LinkLost,
    LinkOpened,
    LinkReleased,
    LinkRenewalWanted,
    LinkRequested,
    SubscribeConfirmed,
    SubscribeRefused,
    UnsubscribeConfirmed,
)
from kis_actors.ports import Command

DELAYS_S = (1, 2, 4, 8, 16, 30, 60)
TEN = tick("10:00:00")
PLENTY = started(kis={"connects_per_10_min": 60, "connects_per_day": 1000})
"""For waits that have nothing to do with the budget of connects."""
PINGPONG = FrameReceived(link=1, text='{"header":{"tr_id":"PINGPONG","datetime":"20261120100000"}}')


def asked(link: int, wait_s: float = 0.0, *, new_key: bool = False) -> LinkRequested:
    return LinkRequested(link=link, wait_s=wait_s, new_key=new_key, at=NOW)


def lost(link: int) -> LinkLost:
    return LinkLost(link=link, reason="closed by KIS")


def ended_by_us(link: int) -> LinkLost:
    return LinkLost(link=link, reason="closed by us", is_ours=True)


def in_session(*facts: Event) -> Story:
    """10:00:00, the session open, no link asked for yet."""
    return given(WS, PLENTY, tick("10:00:00"), OPENED, *facts)


def linked(*facts: Event) -> Story:
    """Link 1 opened at 10:00:00."""
    return in_session(asked(1), LinkOpened(link=1), *facts)


def after_losses(count: int) -> Story:
    """Link `count` is the last of so many that opened and ended at once."""
    links = range(1, count + 1)
    return in_session(*(event for link in links for event in (asked(link), LinkOpened(link=link), lost(link))))


def opened_after_losses(count: int) -> Story:
    """Another link after so many that were lost, open but not for long."""
    links = range(1, count + 1)
    before = [event for link in links for event in (asked(link), LinkOpened(link=link), lost(link))]
    return in_session(*before, asked(count + 1), LinkOpened(link=count + 1))


def passing(story: Story, seconds: float) -> Story:
    """The clock is heard so long after ten."""
    now = NOW + timedelta(seconds=seconds)
    return story.when(ClockTicked(now=now), at=now)


def next_wait_s(story: Story) -> float:
    """How long the one link decided on waits."""
    (request,) = story.then_of(LinkRequested)
    return request.wait_s


# --- when there is a link


def test_a_session_asks_for_a_link_at_once():
    given(WS, started(), TEN).when(OPENED).then(asked(1))


def test_a_start_waits_for_the_time_that_connects_are_counted_by():
    story = given(WS, started(), tick("14:00:00"), OPENED).when(started())
    story.then()
    morning = story.when(tick("09:00:01", NEXT_DAY), at=at("09:00:01", NEXT_DAY))
    assert [when.date() for when in morning.state.connects] == [NEXT_DAY]


def test_without_a_session_there_is_no_link():
    given(WS, started()).when(tick("08:00:00")).then()


def test_a_restart_within_a_session_asks_for_a_link():
    in_session().when(started()).when(TEN).then(asked(1))


def test_a_link_under_way_is_not_asked_for_again():
    in_session(asked(1)).when(OPENED).then()


def test_a_link_is_kept_until_last_releases_are_acknowledged():
    linked(tick("15:31:00"), CLOSED).when(tick("15:31:29")).then()


def test_the_link_is_released_after_the_session():
    linked(tick("15:31:00"), CLOSED).when(tick("15:31:30")).then(LinkReleased(link=1))


def test_the_link_is_released_once():
    linked(tick("15:31:00"), CLOSED, LinkReleased(link=1)).when(tick("15:31:31")).then()


def test_a_released_link_is_not_replaced():
    linked(tick("15:31:00"), CLOSED, LinkReleased(link=1)).when(lost(1)).then()


def test_a_link_lost_after_the_close_is_not_replaced():
    linked(tick("15:31:00"), CLOSED).when(lost(1)).then()


def test_a_link_that_opens_late_is_released_too():
    story = in_session(asked(1), tick("15:31:00"), CLOSED, tick("15:31:40"), LinkOpened(link=1))
    story.when(tick("15:31:41")).then(LinkReleased(link=1))


def test_the_end_of_an_older_link_is_ignored():
    in_session(asked(1), lost(1), asked(2), LinkOpened(link=2)).when(lost(1)).then()


# --- waits


def test_a_lost_link_is_replaced_by_the_next_number():
    (request,) = linked().when(lost(1)).decided
    assert request.link == 2


@pytest.mark.parametrize("losses", range(1, 30))
def test_each_wait_is_the_configured_one_within_a_fifth(losses):
    delay_s = DELAYS_S[min(losses, len(DELAYS_S)) - 1]
    wait_s = next_wait_s(after_losses(losses).when(PLENTY).when(TEN))
    assert 0.8 * delay_s <= wait_s <= 1.2 * delay_s


def test_waits_differ_from_link_to_link():
    waits_s = {next_wait_s(after_losses(losses).when(PLENTY).when(TEN)) for losses in range(7, 30)}
    assert len(waits_s) > 10


def test_a_link_that_never_opened_counts_as_lost():
    story = in_session(asked(1), lost(1), asked(2), lost(2))
    assert 0.8 * 2 <= next_wait_s(story.when(PLENTY).when(TEN)) <= 1.2 * 2


def test_a_healthy_link_starts_the_waits_anew():
    story = after_losses(5).when(PLENTY).when(TEN)
    story = story.when(LinkOpened(link=6)).when(tick("10:01:00"))
    assert next_wait_s(story.when(lost(6))) <= 1.2


def test_a_link_of_59_seconds_is_not_healthy():
    story = after_losses(5).when(PLENTY).when(TEN)
    story = story.when(LinkOpened(link=6)).when(tick("10:00:59"))
    assert next_wait_s(story.when(lost(6))) >= 0.8 * 30


def test_a_kill_of_an_open_link_makes_waits_longer():
    assert next_wait_s(opened_after_losses(2).when(PLENTY).when(TEN)) >= 0.8 * 4


def test_restarts_while_waiting_leave_the_wait_alone():
    story = after_losses(2).when(PLENTY).when(TEN).when(PLENTY).when(TEN)
    assert 0.8 * 2 <= next_wait_s(story.when(PLENTY).when(TEN)) <= 1.2 * 2


def test_a_link_we_ended_makes_no_wait_longer():
    ours = LinkLost(link=3, reason="closed by us", is_ours=True)
    assert 0.8 * 2 <= next_wait_s(opened_after_losses(2).when(ours).when(TEN)) <= 1.2 * 2


def test_a_link_we_ended_is_replaced_at_the_next_tick():
    """Not at once: if it ended because the run ends, there is no next tick."""
    story = linked().when(ended_by_us(1))
    story.then()
    assert story.when(TEN).then_of(LinkRequested)


# --- blocked


def test_an_appkey_in_use_blocks_the_link():
    linked().when(acknowledged("OPSP8996", "", msg1="ALREADY IN USE appkey")).then(
        LinkBlocked(link=1, reason="OPSP8996 ALREADY IN USE appkey", wait_s=60, is_in_use=True)
    )


def test_an_appkey_in_use_is_waited_for_a_minute():
    blocked = LinkBlocked(link=1, reason="OPSP8996", wait_s=60)
    assert next_wait_s(linked(blocked).when(lost(1))) >= 60


def test_a_block_counts_for_one_try_only():
    blocked = LinkBlocked(link=1, reason="OPSP8996", wait_s=60)
    story = linked(blocked, lost(1), asked(2, 60))
    assert next_wait_s(story.when(lost(2))) < 60


def test_a_block_outlives_a_restart():
    blocked = LinkBlocked(link=1, reason="OPSP8996", wait_s=60)
    assert next_wait_s(linked(blocked).when(started()).when(TEN)) >= 60


def test_an_unknown_approval_key_blocks_the_link():
    linked().when(acknowledged("OPSP0011", msg1="NOT FOUND")).then(
        LinkBlocked(link=1, reason="OPSP0011 NOT FOUND", wait_s=0, needs_key=True)
    )


def test_an_unknown_approval_key_is_replaced():
    blocked = LinkBlocked(link=1, reason="OPSP0011", wait_s=0, needs_key=True)
    (request,) = linked(blocked).when(lost(1)).decided
    assert request.new_key


def test_a_replaced_approval_key_is_kept():
    blocked = LinkBlocked(link=1, reason="OPSP0011", wait_s=0, needs_key=True)
    (request,) = linked(blocked, lost(1), asked(2, new_key=True)).when(lost(2)).decided
    assert not request.new_key


@pytest.mark.parametrize("msg_cd", ["OPSP0010", "OPSP9994", "OPSP9996"])
def test_an_invalid_appkey_blocks_for_good(msg_cd):
    linked().when(acknowledged(msg_cd)).then(LinkBlocked(link=1, reason=f"{msg_cd} said KIS", wait_s=-1))


def test_a_link_blocked_for_good_is_not_replaced():
    linked(LinkBlocked(link=1, reason="OPSP9994", wait_s=-1)).when(lost(1)).then()


def test_a_link_blocked_for_good_stays_down_next_session():
    blocked = LinkBlocked(link=1, reason="OPSP9994", wait_s=-1)
    linked(blocked, lost(1), CLOSED).when(OPENED).then()


def test_a_restart_tries_a_link_blocked_for_good():
    (request,) = linked(LinkBlocked(link=1, reason="OPSP9994", wait_s=-1), lost(1)).when(started()).when(TEN).decided
    assert request.link == 2


def in_use(count: int) -> Story:
    """So many links in a row that KIS refused because of another session."""
    story = in_session(asked(1))
    for link in range(1, count + 1):
        story = story.when(LinkOpened(link=link)).when(acknowledged("OPSP8996", "", link=link))
        story = story.when(ended_by_us(link)).when(TEN)
    return story


@pytest.mark.parametrize(("count", "wait_s"), [(1, 60), (2, 120), (3, 240), (4, 480), (5, 600), (9, 600)])
def test_waits_for_an_appkey_in_use_grow(count, wait_s):
    assert next_wait_s(in_use(count)) == wait_s


def test_a_confirmed_subscription_ends_the_growth():
    story = in_use(3).when(LinkOpened(link=4)).when(acknowledged("OPSP0000", link=4))
    (blocked,) = story.when(acknowledged("OPSP8996", "", link=4)).decided
    assert blocked.wait_s == 60


@pytest.mark.parametrize("msg_cd", ["OPSP8996", "OPSP0011", "OPSP9994"])
def test_a_link_is_blocked_once_however_often_kis_says_so(msg_cd):
    story = linked().when(acknowledged(msg_cd, "")).when(acknowledged(msg_cd, ""))
    story.then()


def test_a_new_approval_key_refused_too_is_waited_for():
    story = linked().when(acknowledged("OPSP0011")).when(ended_by_us(1)).when(TEN).when(LinkOpened(link=2))
    (blocked,) = story.when(acknowledged("OPSP0011", link=2)).decided
    assert (blocked.needs_key, blocked.wait_s) == (True, 600)


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


# --- what is sent


def test_a_command_is_for_the_trades_of_krx():
    assert subscribe(SAMSUNG) == Command(wanted=True, feed="H0STCNT0", code=SAMSUNG)


def test_a_release_differs_only_in_not_wanting():
    assert unsubscribe(SAMSUNG) == replace(subscribe(SAMSUNG), wanted=False)
