"""Decided by SubscriptionActor."""

from kis_actors.messages.base import KRX_TRADES, Event
from kis_actors.messages.values import Missed, Target


class TargetsChanged(Event):
    """These codes deserve the slots now, best first; against the list before, `added` and `removed`."""

    targets: tuple[Target, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


class SubscribeRequested(Event):
    """A question: `feed` (a TR id) of `code` on `link`. ask: 1, 2, ... if the answer before never came."""

    code: str
    link: int
    ask: int = 1
    feed: str = KRX_TRADES


class UnsubscribeRequested(Event):
    """A question: no more of `feed` of `code` on `link`; its slot stays taken until KIS answers."""

    code: str
    link: int
    ask: int = 1
    feed: str = KRX_TRADES


class OverflowChanged(Event):
    """These codes, by code, score no lower than the worst target and have no slot; said when the choice is made."""

    missed: tuple[Missed, ...]


class ChurnLimited(Event):
    """These codes deserve a slot that another still holds: as many changed hands as may, so they wait.

    Said once, until no code waits for that any more.
    """

    codes: tuple[str, ...]


class PinsChanged(Event):
    """These codes are to have a slot whatever their score, in the order in which they were asked for."""

    codes: tuple[str, ...]


class SlotLimitChanged(Event):
    """No more than `limit` codes are followed from now on, because processing lagged or has caught up.

    is_usual: as many as configured again.
    """

    limit: int
    reason: str
    is_usual: bool = False


class StreamGivenUp(Event):
    """The stream of `code` on `link` is stale still, after it was subscribed anew and the link was renewed."""

    code: str
    link: int


class SubscriptionsShort(Event):
    """KIS takes fewer subscriptions on `link` than are wanted, also after it was renewed."""

    link: int
    live: int
    wanted: int


class LinkRenewalWanted(Event):
    """A wish: close `link` and open another; what is subscribed on it is not what should be.

    code: the one that showed it. WsActor declines while another connection is not affordable.
    """

    link: int
    code: str
    reason: str
