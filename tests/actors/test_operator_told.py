"""What a person is told about the daemon itself: each kind of news once, and trouble that goes on not every minute."""

from datetime import timedelta

import pytest
from facts import DAY, HYNIX, NOW, OPENED, SAMSUNG, at, following, raised, started, three_ways, tick, universe
from msgspec.structs import replace
from story import Story, given

from kis_actors.actors.notify import CORE as NOTIFY
from kis_actors.actors.scan import CORE as SCAN
from kis_actors.messages import (
    BaselinesCompleted,
    CalendarDisputed,
    CodesUnquoted,
    DegradedModeEntered,
    DegradedModeLeft,
    Disputed,
    Event,
    FramesDropped,
    FrameWidthChanged,
    LinkBlocked,
    NotifyRequested,
    OperatorTold,
    SafeModeEntered,
    SafeModeLeft,
    SessionDoubted,
    SessionTrusted,
    SlotLimitChanged,
    StreamGivenUp,
    UniverseRefused,
)

ENTERED, LEFT = DegradedModeEntered(reason="no stream since 10:00:01", interval_s=15.0), DegradedModeLeft()
ALWAYS = [
    SafeModeEntered(reason="no answer", interval_s=120.0),
    SafeModeLeft(interval_s=60.0),
    CalendarDisputed(days=(Disputed(DAY, "open", "closed", False),)),
    SessionDoubted(day=DAY, reason="20 of 20 quotes"),
    SessionTrusted(day=DAY),
    UniverseRefused(reason="found 94 and 150"),
    replace(universe(SAMSUNG), difference="1 added: 005930 삼성전자"),
    BaselinesCompleted(day=DAY, loaded=249, missing=(SAMSUNG,), newly=(SAMSUNG,)),
    FrameWidthChanged(feed="H0STCNT0", width=48, known=(46, 47), is_readable=True),
    CodesUnquoted(codes=(SAMSUNG,), scans=3),
]
SELDOM = [
    LinkBlocked(link=1, reason="OPSP8996", wait_s=60.0),
    ENTERED,
    SlotLimitChanged(limit=10, reason="20001 records are not handled yet"),
    StreamGivenUp(code=SAMSUNG, link=1),
    FramesDropped(link=1, count=7, first=at("10:00:00"), last=at("10:00:09")),
]
each = pytest.mark.parametrize("news", [*ALWAYS, *SELDOM], ids=lambda event: type(event).__name__)
each_always = pytest.mark.parametrize("news", ALWAYS, ids=lambda event: type(event).__name__)
each_seldom = pytest.mark.parametrize("news", SELDOM, ids=lambda event: type(event).__name__)
LATER = [*SELDOM[:1], *SELDOM[2:]]
"""Without DegradedModeEntered, which is told again once it was said to be over."""


def telling(*facts: Event, language: str = "en") -> Story:
    notify = {"language": language, "telegram": {"enabled": True}, "operator_per_hour": 1000}
    return given(NOTIFY, started(notify=notify), *facts)


def told(news: Event) -> OperatorTold:
    """That this was told at 10:00:00."""
    (said,) = telling().when(news).then_of(OperatorTold)
    return said


def texts(story: Story) -> list[str]:
    """What is sent, on one channel of two."""
    return [asked.text for asked in story.then_of(NotifyRequested) if asked.channel == "log"]


# --- each is told


@each
def test_the_operator_is_told_on_every_channel(news):
    story = telling().when(news, seq=7)
    (text,) = texts(story)
    asked = (
        NotifyRequested(
            alert_id="operator-7", channel=name, attempt=1, text=text, kind="operator",
            until=NOW + timedelta(minutes=10),
        )
        for name in ("log", "telegram")
    )  # fmt: skip
    (said,) = story.then_of(OperatorTold)
    assert (said.alert_id, said.told_at) == ("operator-7", NOW) and said.kind.startswith(type(news).__name__)
    story.then(said, *asked)


@each
@pytest.mark.parametrize(("language", "head"), [("ko", "[운영] "), ("en", "[operator] ")])
def test_the_operator_is_told_in_their_language(news, language, head):
    (text,) = texts(telling(language=language).when(news))
    assert text.startswith(head)


@each
def test_a_dry_run_tells_only_the_log(news):
    story = given(NOTIFY, started(dry_run=True, notify={"telegram": {"enabled": True}})).when(news)
    assert [asked.channel for asked in story.then_of(NotifyRequested)] == ["log"]


# --- how often


@each_always
def test_seldom_news_is_told_every_time(news):
    assert texts(telling(told(news)).when(news))


@each_seldom
def test_frequent_news_is_told_every_half_hour(news):
    story = telling(told(news))
    assert texts(story.when(news, at=at("10:29:59"))) == []
    assert texts(story.when(news, at=at("10:30:00")))


@each_seldom
def test_other_news_does_not_silence_it(news):
    others = [told(other) for other in (*ALWAYS, *SELDOM) if other is not news]
    assert texts(telling(*others).when(news))


@each_seldom
def test_a_restart_does_not_tell_it_again(news):
    run = started(notify={"telegram": {"enabled": True}})
    assert texts(telling(told(news), run).when(news, at=at("10:10:00"))) == []


@each_seldom
def test_what_is_not_told_begins_no_new_silence(news):
    story = telling(told(news)).when(news, at=at("10:20:00")).then()
    assert texts(story.when(news, at=at("10:30:00")))


def test_each_silent_code_is_told_of():
    assert texts(telling(told(StreamGivenUp(code=SAMSUNG, link=1))).when(StreamGivenUp(code=HYNIX, link=1)))


BLOCKED = LinkBlocked(link=1, reason="OPSP8996", wait_s=60.0, is_in_use=True)


@pytest.mark.parametrize("needs_key", [False, True])
def test_another_block_of_the_link_is_told(needs_key):
    assert texts(telling(told(BLOCKED)).when(replace(BLOCKED, is_in_use=False, needs_key=needs_key)))


def test_the_same_block_of_another_link_is_not():
    telling(told(BLOCKED)).when(replace(BLOCKED, link=2, wait_s=120.0)).then()


def test_a_link_blocked_for_good_is_always_told():
    assert texts(telling(told(BLOCKED)).when(replace(BLOCKED, wait_s=-1.0)))


def test_a_new_key_at_once_is_no_news():
    telling().when(replace(BLOCKED, is_in_use=False, needs_key=True, wait_s=0.0)).then()


# --- the end of it


def test_that_the_stream_is_back_is_told():
    assert texts(telling().when(ENTERED).when(LEFT)) == ["[operator] the stream is back."]


def test_a_return_is_not_told_without_its_loss():
    telling().when(LEFT).then()


def test_an_end_that_is_no_return_is_not_told():
    telling().when(ENTERED).when(DegradedModeLeft(is_back=False)).then()


def test_a_return_is_told_once():
    telling().when(ENTERED).when(LEFT).when(LEFT).then()


def test_a_loss_after_a_told_return_is_told():
    story = telling().when(ENTERED).when(LEFT, at=at("10:02:00"))
    assert texts(story.when(ENTERED, at=at("10:05:00")))


def test_a_loss_after_a_loss_is_not_told():
    telling().when(ENTERED).when(ENTERED, at=at("10:05:00")).then()


def test_a_return_after_a_restart_is_told():
    assert texts(telling().when(ENTERED).when(started()).when(LEFT))


def test_the_close_is_not_told_as_a_return():
    day = (universe(SAMSUNG), tick("15:30:59"), OPENED, following(SAMSUNG), ENTERED)
    story = telling().when(ENTERED)
    for event in given(SCAN, started(), *day).when(tick("15:31:00")).decided:
        story = story.when(event)
        assert not any("the stream is back" in text for text in texts(story))


FEWER = SlotLimitChanged(limit=10, reason="20001 records are not handled yet")
USUAL = SlotLimitChanged(limit=20, reason="processing keeps up again", is_usual=True)


def test_that_all_codes_are_followed_again_is_told():
    assert texts(telling().when(FEWER).when(USUAL, at=at("10:02:00")))


def test_steps_on_the_way_back_are_not_told():
    telling().when(FEWER).when(replace(USUAL, limit=15, is_usual=False), at=at("10:01:00")).then()


def test_the_way_back_from_an_untold_lag_is_not_told():
    story = telling().when(FEWER).when(USUAL, at=at("10:02:00")).when(FEWER, at=at("10:04:00")).then()
    story.when(USUAL, at=at("10:06:00")).then()


# --- no news


def test_a_universe_without_a_difference_is_not_told():
    telling().when(universe(SAMSUNG)).then()


def test_averages_known_to_be_missing_are_not_told_again():
    telling().when(BaselinesCompleted(day=DAY, loaded=249, missing=(SAMSUNG,))).then()


def test_averages_without_a_gap_are_not_told():
    telling().when(BaselinesCompleted(day=DAY, loaded=250, missing=())).then()


def test_no_news_begins_no_silence():
    assert telling().when(universe(SAMSUNG)).state.operator.told == {}


# --- all of it


def test_a_day_of_news_is_carried_and_rebuilt_alike():
    run = started(notify={"operator_per_hour": 1000})
    day = (run, *ALWAYS, *SELDOM, LEFT, *LATER, raised(), run, raised())
    lived, carried, rebuilt = three_ways(NOTIFY, *day)
    assert len([event for events in lived[1] for event in events if isinstance(event, OperatorTold)]) == 16
    assert lived == carried == rebuilt
