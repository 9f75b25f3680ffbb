"""Stories of WsActor's link."""

from datetime import timedelta

from facts import NOW, OPENED, started, tick
from story import Story, given

from kis_actors.actors.ws import CORE as WS
from kis_actors.messages import ClockTicked, Event, FrameReceived, LinkLost, LinkOpened, LinkRequested

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
