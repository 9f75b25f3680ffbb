"""What is registered at KIS for a followed code: its trades and, if wanted, its order book and its status.

The unified feed is silent for codes that NXT does not trade, so those are followed on KRX's own.
"""

from functools import lru_cache

from kis_actors.kis.feeds import QUOTE_FEEDS, STATUS_FEEDS, TRADE_FEEDS
from kis_actors.kis.rest import market_division
from kis_actors.settings import Settings


def key_of(feed: str, code: str) -> str:
    """The name of one registration."""
    return f"{feed} {code}"


def feed_of(key: str) -> str:
    """The feed in it."""
    return key.partition(" ")[0]


def code_of(key: str) -> str:
    """The code in it."""
    return key.partition(" ")[2]


def trades_of(code: str, settings: Settings, on_nxt: tuple[str, ...] | None) -> str:
    """The registration of the trades of `code`. on_nxt: the codes that NXT trades; None if that is not known."""
    return key_of(TRADE_FEEDS[_division(code, settings, on_nxt)], code)


def registrations_of(code: str, settings: Settings, on_nxt: tuple[str, ...] | None) -> tuple[str, ...]:
    """All that is registered for `code`, its trades first."""
    division = _division(code, settings, on_nxt)
    return _registrations(code, division, has_status=settings.kis.ws_status, has_quotes=settings.kis.ws_quotes)


@lru_cache(maxsize=4096)
def _registrations(code: str, division: str, *, has_status: bool, has_quotes: bool) -> tuple[str, ...]:
    """Looked up at every tick of the clock, for each code that is followed."""
    optional = ((has_status, STATUS_FEEDS), (has_quotes, QUOTE_FEEDS))
    others = (key_of(feeds[division], code) for is_wanted, feeds in optional if is_wanted)
    return (key_of(TRADE_FEEDS[division], code), *others)


def followed_max(settings: Settings) -> int:
    """How many codes fit into the registrations KIS allows, over all feeds; at least one."""
    return max(1, min(settings.monitor.max_ws_subs, settings.kis.ws_registrations_max // _per_code(settings)))


def registrations_max(settings: Settings) -> int:
    """How many registrations there may ever be at once, those being released included."""
    return min(followed_max(settings) * _per_code(settings), settings.kis.ws_registrations_max)


def can_follow(code: str, settings: Settings, on_nxt: tuple[str, ...] | None) -> bool:
    """Whether any trade of `code` can come: on NXT alone only of the codes it trades."""
    return market_division(settings.market.hours) != "NX" or on_nxt is None or code in on_nxt


def _division(code: str, settings: Settings, on_nxt: tuple[str, ...] | None) -> str:
    division = market_division(settings.market.hours)
    return "J" if division == "UN" and code not in (on_nxt or ()) else division


def _per_code(settings: Settings) -> int:
    return 1 + settings.kis.ws_status + settings.kis.ws_quotes
