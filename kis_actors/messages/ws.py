"""Decided by WsActor."""

from datetime import datetime

from kis_actors.messages.base import KRX_TRADES, Event


class LinkRequested(Event):
    """A question: open WebSocket number `link` after `wait_s` seconds, with a new approval key if `new_key`.

    at: when that was decided, which the wait is counted from; not in older logs.
    """

    link: int
    wait_s: float
    new_key: bool = False
    at: datetime | None = None


class LinkReleased(Event):
    """A wish: close `link`, because the session is over or another is to take its place."""

    link: int


class LinkBlocked(Event):
    """KIS refuses the link itself, or this daemon has connected as often as it may; it is closed.

    wait_s: the next try comes no sooner; negative for not before the daemon is started again.
    needs_key: because the approval key is no good. is_in_use: because another session holds the app key.
    """

    link: int
    reason: str
    wait_s: float
    needs_key: bool = False
    is_in_use: bool = False


class SubscribeConfirmed(Event):
    """KIS has `feed` of `code` subscribed on `link`; nothing arrives until its next trade."""

    code: str
    link: int
    feed: str = KRX_TRADES


class SubscribeRefused(Event):
    """KIS did not subscribe `feed` of `code`. for_good: the same key would be refused again.

    is_full: KIS counts more subscriptions than it allows, and so more than we do.
    is_unanswered: said by SubscriptionActor; KIS never answered, and may have subscribed it all the same.
    """

    code: str
    link: int
    reason: str
    for_good: bool = False
    is_full: bool = False
    is_unanswered: bool = False
    feed: str = KRX_TRADES


class UnsubscribeConfirmed(Event):
    """KIS released `feed` of `code` on `link`; its slot is free."""

    code: str
    link: int
    feed: str = KRX_TRADES


class ControlRejected(Event):
    """A control message that nobody here understands; it changed nothing."""

    link: int
    reason: str
