"""What KIS has subscribed for us, and how that is brought to what is wanted: the half of SubscriptionActor that asks.

Slots follow KIS's acknowledgements, never our own wishes: a slot being released is taken until KIS says otherwise.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.messages import (
    ClockTicked,
    Event,
    LinkLost,
    LinkOpened,
    LinkRenewalWanted,
    RunStarted,
    SessionClosed,
    SettingsChanged,
    StreamGivenUp,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    SubscriptionsShort,
    TargetsChanged,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
    VenuesLoaded,
)
from kis_actors.policies.registrations import can_follow, code_of, feed_of, key_of, registrations_of, trades_of
from kis_actors.policies.remedies import GIVEN_UP, RENEWAL_DUE, SUBSCRIBED_ANEW, Remedies
from kis_actors.policies.slots import Ledger, Order, Slot
from kis_actors.policies.tenure import Tenure
from kis_actors.settings import Settings


class Holdings(Struct, frozen=True, kw_only=True):
    """The codes that are wanted, and what KIS has of them.

    codes: wanted, best first. on_nxt: the codes that NXT trades, None if nobody knows; all of them, if complete.
    short_said: the link that a person knows takes too few. renewed_link: the one that was wanted renewed last.
    remedies: for streams silent while their codes trade. renewed_at: when another link was last wanted.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    on_nxt: tuple[str, ...] | None = None
    is_nxt_complete: bool = False
    short_said: int = 0
    codes: tuple[str, ...] = ()
    tenure: Tenure = Tenure()
    ledger: Ledger = Ledger()
    remedies: Remedies = Remedies()
    renewed_at: datetime | None = None
    renewed_link: int = 0

    def trades(self, code: str) -> str:
        """The registration of the trades of `code`."""
        return trades_of(code, self.settings, self.on_nxt)

    def can_follow(self, code: str) -> bool:
        """Whether any trade of `code` can come, as far as is known."""
        return can_follow(code, self.settings, self.on_nxt if self.is_nxt_complete else None)

    def is_trades(self, key: str) -> bool:
        """Whether that registration is the one of its code's trades."""
        return key == self.trades(code_of(key))

    def wanted(self) -> tuple[str, ...]:
        """All registrations that should be, best codes first."""
        per_code = (registrations_of(code, self.settings, self.on_nxt) for code in self.codes)
        barred = self.tenure.barred
        return tuple(key for keys in per_code if keys[0] not in barred for key in keys if key not in barred)

    def slots_by_code(self) -> dict[str, Slot]:
        """What KIS knows of the trades of each wanted code."""
        slots = ((code, self.ledger.slots.get(self.trades(code))) for code in self.codes)
        return {code: slot for code, slot in slots if slot}

    def barred_codes(self) -> tuple[str, ...]:
        """The codes whose trades KIS will not give us today."""
        return tuple(code_of(key) for key in self.tenure.barred if self.is_trades(key))

    def swaps_left(self, now: datetime) -> int:
        """How many more codes may lose their slot, those that are to lose it already not counted."""
        held = (key for key, slot in self.ledger.slots.items() if slot.state != "releasing" and self.is_trades(key))
        leaving = sum(code_of(key) not in self.codes for key in held)
        return self.tenure.swaps_left(now, self.settings.monitor) - leaving


def evolve(held: Holdings, event: Event) -> Holdings:
    """What is held after `event`."""
    match event:
        case ClockTicked():
            return replace(held, now=event.now)
        case RunStarted():
            return replace(_linked(held, 0), settings=event.settings, remedies=Remedies())
        case SettingsChanged():
            return replace(held, settings=event.settings)
        case VenuesLoaded():
            return replace(held, on_nxt=event.on_nxt, is_nxt_complete=event.is_complete)
        case SessionClosed():
            return replace(held, tenure=replace(held.tenure, barred=()), remedies=Remedies())
        case TargetsChanged():
            return _retargeted(held, event)
        case LinkOpened():
            return _linked(held, event.link)
        case LinkLost() if event.link == held.ledger.link:
            return _linked(held, 0)
        case SubscriptionsShort():
            return replace(held, short_said=event.link)
        case LinkRenewalWanted():
            remedies = held.remedies.renewed(event.code)
            return replace(held, renewed_at=held.now, renewed_link=event.link, remedies=remedies)
        case StreamStale() if held.ledger.is_live(held.trades(event.code), event.link):
            return replace(held, remedies=held.remedies.stale(event.code))
        case StreamRestored():
            return replace(held, remedies=held.remedies.cured(event.code))
    return _with_answer(held, event)


def _with_answer(held: Holdings, event: Event) -> Holdings:
    match event:
        case SubscribeRequested() | UnsubscribeRequested() if held.now:
            return _asked(held, event, held.now)
        case SubscribeConfirmed() if held.now and event.code:
            ledger = held.ledger.confirmed(key_of(event.feed, event.code), event.link, held.now)
            return replace(held, ledger=ledger)
        case SubscribeRefused() if held.now and event.code:
            return _refused(held, event, held.now)
        case UnsubscribeConfirmed():
            return replace(held, ledger=held.ledger.released(key_of(event.feed, event.code), event.link))
    return held


def _linked(held: Holdings, link: int) -> Holdings:
    return replace(held, ledger=Ledger(link=link), remedies=held.remedies.on_another_link())


def _retargeted(held: Holdings, event: TargetsChanged) -> Holdings:
    now, monitor, before = held.now, held.settings.monitor, held.ledger.slots
    codes = tuple(target.code for target in event.targets)
    held = replace(held, codes=codes)
    if now is None:
        return held
    ledger = held.ledger.forgetting(held.wanted())
    swaps = sum(held.is_trades(key) for key in before if key not in ledger.slots) if codes else 0
    tenure = held.tenure.chosen(codes, event.removed, now, monitor).swapped(swaps, now, monitor)
    return replace(held, tenure=tenure, ledger=ledger)


def _asked(held: Holdings, event: SubscribeRequested | UnsubscribeRequested, now: datetime) -> Holdings:
    """A release counts as a swap if another takes the place: not at the close, not to subscribe the same code anew."""
    key, wanted = key_of(event.feed, event.code), isinstance(event, SubscribeRequested)
    ledger = held.ledger.asked(key, event.link, wanted=wanted, ask=event.ask, now=now, settings=held.settings)
    is_release = not wanted and event.ask == 1 and held.is_trades(key)
    is_swap = is_release and bool(held.codes) and event.code not in held.codes
    return replace(held, ledger=ledger, tenure=held.tenure.swapped(is_swap, now, held.settings.monitor))


def _refused(held: Holdings, event: SubscribeRefused, now: datetime) -> Holdings:
    """A refused order book or status feed is no reason to give up the code's trades."""
    key = key_of(event.feed, event.code)
    ledger = held.ledger.refused(key, event.link, now, is_full=event.is_full, is_unanswered=event.is_unanswered)
    if ledger is held.ledger:
        return held
    tenure = held.tenure.barring(key) if event.for_good else held.tenure
    return replace(held, ledger=ledger, tenure=tenure.cooled(event.code, now) if held.is_trades(key) else tenure)


# --- the steps of deciding


def late(held: Holdings, event: Event) -> tuple[Event, ...]:
    """What KIS has not answered in time is asked again, a few times."""
    if not isinstance(event, ClockTicked) or not held.ledger.link:
        return ()
    overdue = held.ledger.overdue(event.now, held.settings)
    return _commands(held, held.ledger.late(overdue, held.wanted())) if overdue else ()


def close_the_gap(held: Holdings, _: Event) -> tuple[Event, ...]:
    """Releases first; a freed slot is used only after KIS has acknowledged that it is free."""
    ledger, now = held.ledger, held.now
    if not ledger.link or now is None:
        return ()
    wanted = held.wanted()
    if ledger.has_just(wanted):
        return ()
    cooling = held.tenure.cooling(now, held.settings.monitor)  # a refused code waits, also on another link
    askable = tuple(key for key in wanted if code_of(key) not in cooling)
    return _commands(held, (*ledger.to_release(wanted), *ledger.to_ask(askable, now, held.settings)))


def _commands(held: Holdings, orders: tuple[Order, ...]) -> tuple[Event, ...]:
    return tuple(_command(held.ledger.link, order) for order in orders)


def _command(link: int, order: Order) -> Event:
    feed, code = feed_of(order.key), code_of(order.key)
    match order.kind:
        case "ask":
            return SubscribeRequested(code=code, link=link, ask=order.ask, feed=feed)
        case "release":
            return UnsubscribeRequested(code=code, link=link, ask=order.ask, feed=feed)
    reason = f"no answer to {order.ask} asks"
    return SubscribeRefused(code=code, link=link, reason=reason, is_unanswered=True, feed=feed)


def refresh(held: Holdings, event: Event) -> tuple[Event, ...]:
    """A stale code gives its slot back, once; as it is still wanted, it is asked for again when that is free."""
    code = _stale_code(held, event, SUBSCRIBED_ANEW)
    return _commands(held, (Order("release", held.trades(code)),)) if code else ()


def renewal(held: Holdings, event: Event) -> tuple[LinkRenewalWanted, ...]:
    """Another link, when this one's slots cannot be trusted or a code stays stale; seldom, for KIS blocks loops."""
    now, ledger, since = held.now, held.ledger, held.renewed_at
    if now is None or not ledger.link:
        return ()
    if since and (now - since).total_seconds() < held.settings.kis.link_renewal_gap_sec:
        return ()
    if drift := ledger.drift(now, held.settings):
        return (LinkRenewalWanted(link=ledger.link, code=code_of(drift[0]), reason=drift[1]),)
    code, reason = _stale_code(held, event, RENEWAL_DUE), "stale again after it was subscribed anew"
    return (LinkRenewalWanted(link=ledger.link, code=code, reason=reason),) if code else ()


def shortage(held: Holdings, _: Event) -> tuple[SubscriptionsShort, ...]:
    """Once a link: KIS had no room though we had, and the remedy for that is used up for now."""
    ledger = held.ledger
    if not ledger.full or held.short_said == ledger.link or held.renewed_link in (0, ledger.link):
        return ()
    wanted = held.wanted()
    live = sum(ledger.is_live(key, ledger.link) for key in wanted)
    is_settled = not any(slot.is_open() for slot in ledger.slots.values())
    return (SubscriptionsShort(link=ledger.link, live=live, wanted=len(wanted)),) if is_settled else ()


def surrender(held: Holdings, event: Event) -> tuple[StreamGivenUp, ...]:
    """Every remedy is used up, or cannot be had: a person must know."""
    code = _stale_code(held, event, RENEWAL_DUE) or _stale_code(held, event, GIVEN_UP)
    return (StreamGivenUp(code=code, link=held.ledger.link),) if code else ()


def _stale_code(held: Holdings, event: Event, step: int) -> str:
    """The code that the event says is stale, if `step` is what it needs now."""
    if not isinstance(event, StreamStale) or not held.ledger.is_live(held.trades(event.code), event.link):
        return ""
    return event.code if held.remedies.is_at(step, event.code) else ""
