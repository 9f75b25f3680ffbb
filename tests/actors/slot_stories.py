"""Stories of SubscriptionActor's slots: link 1, 10:00:00, and every code on the threshold."""

from facts import SAMSUNG, level_closes, quotes_returned, started, tick, universe
from story import Story, given

from kis_actors.actors.subscription import CORE as SUBSCRIPTION
from kis_actors.messages import (
    Event,
    LinkLost,
    LinkOpened,
    LinkRenewalWanted,
    ScanCompleted,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    Target,
    TargetsChanged,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)
from kis_actors.policies.registrations import code_of

SCANNED = ScanCompleted(scan=1, batches=1, failed=0, quoted=1)
OPEN = LinkOpened(link=1)
LOST = LinkLost(link=1, reason="closed by KIS")
OVERDUE = "10:00:05"
"""An answer to the first command in the queue is overdue after 5 s."""


def slots(story: Story) -> dict[str, str]:
    """What KIS knows of each code's trades."""
    return {code_of(key): slot.state for key, slot in story.state.held.ledger.slots.items()}


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


def renewal(reason: str, link: int = 1) -> LinkRenewalWanted:
    return LinkRenewalWanted(link=link, code=SAMSUNG, reason=reason)
