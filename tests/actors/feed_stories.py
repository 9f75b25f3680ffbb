"""Stories of several feeds for each code."""


from facts import DAY, following, level_closes, quotes_returned, started, tick, universe
from story import Story, given

from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import (
    Event,
    LinkOpened,
    ScanCompleted,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
    VenuesLoaded,
)

TRADES, STATUS, BOOK = "H0STCNT0", "H0STMKO0", "H0STASP0"
OPEN = LinkOpened(link=1)
SCANNED = ScanCompleted(scan=1, batches=1, failed=0, quoted=1)
UNIFIED, NXT = {"hours": "unified"}, {"hours": "nxt"}
BOTH_FEEDS = {"ws_status": True, "ws_quotes": True}


def asked(code: str, feed: str = TRADES, link: int = 1) -> SubscribeRequested:
    return SubscribeRequested(code=code, link=link, feed=feed)


def releasing(code: str, feed: str = TRADES) -> UnsubscribeRequested:
    return UnsubscribeRequested(code=code, link=1, feed=feed)


def confirmed(code: str, feed: str = TRADES) -> SubscribeConfirmed:
    return SubscribeConfirmed(code=code, link=1, feed=feed)


def released(code: str, feed: str = TRADES) -> UnsubscribeConfirmed:
    return UnsubscribeConfirmed(code=code, link=1, feed=feed)


def refused(code: str, feed: str, *, for_good: bool = False, is_full: bool = False) -> SubscribeRefused:
    return SubscribeRefused(code=code, link=1, reason="said KIS", for_good=for_good, is_full=is_full, feed=feed)


def live(code: str, *feeds: str) -> tuple[Event, ...]:
    return tuple(event for feed in feeds or (TRADES,) for event in (asked(code, feed), confirmed(code, feed)))


def on_nxt(*codes: str, is_complete: bool = True) -> VenuesLoaded:
    return VenuesLoaded(day=DAY, on_nxt=codes, is_complete=is_complete)


def known(*codes: str, **sections: dict[str, object]) -> Story:
    """10:00:00; every code has its average and a price on the threshold; nothing is chosen yet."""
    prices, averages = quotes_returned(dict.fromkeys(codes, 9_200)), map(level_closes, codes)
    return given(SUBSCRIPTION, started(**sections), tick("10:00:00"), universe(*codes), *averages, prices)


def wanting(*codes: str, facts: tuple[Event, ...] = (), **sections: dict[str, object]) -> Story:
    """These codes are the targets since 10:00:00, and link 1 is open."""
    story = known(*codes, **sections)
    for fact in (following(*codes), OPEN, *facts):
        story = Story(SUBSCRIPTION, SUBSCRIPTION.evolve(story.state, fact))
    return story


def registered(story: Story) -> list[tuple[str, str]]:
    """Code and feed of what was just asked for."""
    return [(event.code, event.feed) for event in story.then_of(SubscribeRequested)]
