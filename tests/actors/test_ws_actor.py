"""WsActor's core: one link while there is a session, ever longer waits for the next, and what KIS's answers mean."""


import pytest
from facts import CLOSED, NEXT_DAY, OPENED, SAMSUNG, acknowledged, at, started, tick
from link_stories import (
    DELAYS_S,
    PLENTY,
    TEN,
    after_losses,
    asked,
    ended_by_us,
    in_session,
    linked,
    lost,
    next_wait_s,
    opened_after_losses,
)
from msgspec.structs import replace
from story import Story, given

from kis_actors.actors.ws import CORE as WS
from kis_actors.actors.ws import subscribe, unsubscribe
from kis_actors.messages import LinkBlocked, LinkLost, LinkOpened, LinkReleased, LinkRequested
from kis_actors.ports import Command

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

# --- what is sent


def test_a_command_is_for_the_trades_of_krx():
    assert subscribe(SAMSUNG) == Command(wanted=True, feed="H0STCNT0", code=SAMSUNG)


def test_a_release_differs_only_in_not_wanting():
    assert unsubscribe(SAMSUNG) == replace(subscribe(SAMSUNG), wanted=False)
