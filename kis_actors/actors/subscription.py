"""SubscriptionActor: ranks the codes by nearness to a signal and keeps the best of them subscribed.

Its slots follow KIS's acknowledgements, never its own wishes: a slot being released is taken until KIS says otherwise.
"""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor
from kis_actors.kis.rest import Quote, quotes_of
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    ClockTicked,
    Event,
    LinkLost,
    LinkOpened,
    Record,
    RunStarted,
    ScanCompleted,
    ScanReturned,
    SessionClosed,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    Target,
    TargetsChanged,
    UniverseLoaded,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)
from kis_actors.rules.nearness import Candidate, candidate_of, score_of
from kis_actors.settings import Monitor, Settings
from kis_actors.turn import Core

SLOTS_MAX = 40
"""KIS takes 41 registrations; one is kept free, as every library does."""
ASKS_MAX = 3
"""A command without an answer is repeated, which is harmless (OPSP0002, OPSP0003), but not for ever."""


class Incumbent(Struct, frozen=True):
    """A code that holds a slot, and since when it was wanted."""

    code: str
    since: datetime


class Snapshot(Struct, frozen=True, kw_only=True):
    """All that the choice of targets depends on. cooling: codes that must not come back yet."""

    candidates: tuple[Candidate, ...]
    incumbents: tuple[Incumbent, ...]
    cooling: tuple[str, ...]
    now: datetime
    monitor: Monitor


class Changes(Struct, frozen=True):
    """What brings the subscriptions to the targets."""

    unsubscribe: tuple[str, ...]
    subscribe: tuple[str, ...]


class Slot(Struct, frozen=True):
    """What KIS knows of one code. since: of this state. asks: how often the open question was put."""

    state: Literal["requested", "live", "releasing", "refused"]
    since: datetime
    asks: int = 1


class State(Struct, frozen=True, kw_only=True):
    """What subscribing depends on.

    codes: the watched ones. closes_won: per code, for baseline_day; empty if it has no average.
    wanted_since: per target. left_at: per code, when it lost its slot. barred: codes KIS will never take.
    link: the open one's number, 0 while there is none.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    codes: tuple[str, ...] = ()
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    quotes: dict[str, Quote] = {}
    targets: tuple[Target, ...] = ()
    wanted_since: dict[str, datetime] = {}
    left_at: dict[str, datetime] = {}
    barred: tuple[str, ...] = ()
    slots: dict[str, Slot] = {}
    link: int = 0
    ranked_at: datetime | None = None


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    match event:
        case ClockTicked():
            return replace(state, now=event.now)
        case RunStarted():
            return replace(state, settings=event.settings, slots={}, link=0, ranked_at=None)
        case UniverseLoaded():
            return _only(state, tuple(stock.code for stock in event.stocks))
        case BaselineLoaded():
            return _with_closes(state, event.code, event.day, event.closes_won)
        case BaselineMissing():
            return _with_closes(state, event.code, event.day, ())
        case ScanReturned():
            quotes = {code: quote for code, quote in quotes_of(event.rows.each()).items() if code in state.codes}
            return replace(state, quotes={**state.quotes, **quotes})
        case SessionClosed():
            return replace(state, quotes={}, ranked_at=None)
        case TargetsChanged():
            return _retargeted(state, event)
        case LinkOpened():
            return replace(state, link=event.link, slots={})
        case LinkLost() if event.link == state.link:
            return replace(state, link=0, slots={})
        case SubscribeRequested() | UnsubscribeRequested() | SubscribeConfirmed() | SubscribeRefused():
            return _with_slot(state, event)
        case UnsubscribeConfirmed() if event.link == state.link:
            return replace(state, slots={code: slot for code, slot in state.slots.items() if code != event.code})
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """New targets after a scan or when due, none after the close; then whatever brings the slots to the targets."""
    event, targets = record.event, state.targets
    changed: tuple[TargetsChanged, ...] = ()
    match event:
        case ScanCompleted() | ClockTicked() if _is_due(state):
            targets = compute_targets(_snapshot(state))
            changed = _change(state, targets)
        case SessionClosed():
            targets = ()
            changed = _change(state, targets)
    return (*changed, *_close_the_gap(state, targets), *_ask_again(state, event))


def compute_targets(snapshot: Snapshot) -> tuple[Target, ...]:
    """The codes that deserve a slot now, best first, at most `max_ws_subs`.

    Incumbents within their shortest stay are kept whatever their score; codes still cooling are passed over.
    """
    monitor = snapshot.monitor
    targets = {
        one.code: Target(one.code, score_of(one, monitor), one.disparity, one.price_won) for one in snapshot.candidates
    }
    kept = [
        incumbent.code for incumbent in snapshot.incumbents
        if (snapshot.now - incumbent.since).total_seconds() < monitor.min_subscribe_sec and incumbent.code in targets
    ]  # fmt: skip
    ranked = sorted(targets.values(), key=lambda target: (-target.score, target.code))
    free = [target.code for target in ranked if target.code not in kept and target.code not in snapshot.cooling]
    limit = min(monitor.max_ws_subs, SLOTS_MAX)
    chosen = (*kept, *free)[:limit]
    return tuple(target for target in ranked if target.code in chosen)


def rebalance(current_subs: tuple[str, ...], target_subs: tuple[str, ...]) -> Changes:
    """The difference between what is subscribed and what should be, each in the order given."""
    return Changes(
        unsubscribe=tuple(code for code in current_subs if code not in target_subs),
        subscribe=tuple(code for code in target_subs if code not in current_subs),
    )


def _is_due(state: State) -> bool:
    """Not before every code has its average or is known to have none: the first choice would be among a few."""
    monitor, are_averages_in = state.settings.monitor, len(state.closes_won) >= len(state.codes)
    if state.now is None or not (monitor.signal.use_intraday and state.quotes and are_averages_in):
        return False
    return state.ranked_at is None or (state.now - state.ranked_at).total_seconds() >= monitor.rebalance_interval_sec


def _snapshot(state: State) -> Snapshot:
    assert state.now is not None
    return Snapshot(
        candidates=_candidates(state),
        incumbents=tuple(Incumbent(code, since) for code, since in state.wanted_since.items()),
        cooling=(*_cooling(state, state.now), *state.barred),
        now=state.now,
        monitor=state.settings.monitor,
    )


def _candidates(state: State) -> tuple[Candidate, ...]:
    signal = state.settings.monitor.signal
    found = (candidate_of(quote, state.closes_won.get(code, ()), signal) for code, quote in state.quotes.items())
    return tuple(candidate for candidate in found if candidate)


def _cooling(state: State, now: datetime) -> tuple[str, ...]:
    """Codes that lost their slot less than `subscribe_cooldown_sec` ago."""
    cooldown_s = state.settings.monitor.subscribe_cooldown_sec
    return tuple(code for code, left in state.left_at.items() if (now - left).total_seconds() < cooldown_s)


def _change(state: State, targets: tuple[Target, ...]) -> tuple[TargetsChanged, ...]:
    if targets == state.targets:
        return ()
    changes = rebalance(_codes(state.targets), _codes(targets))
    return (TargetsChanged(targets=targets, added=changes.subscribe, removed=changes.unsubscribe),)


def _codes(targets: tuple[Target, ...]) -> tuple[str, ...]:
    return tuple(target.code for target in targets)


def _close_the_gap(state: State, targets: tuple[Target, ...]) -> tuple[Event, ...]:
    """Releases first; a freed slot is used only after KIS has acknowledged that it is free."""
    if not state.link:
        return ()
    wanted = tuple(code for code in _codes(targets) if code not in state.barred)
    changes = rebalance(tuple(state.slots), wanted)
    release = [code for code in changes.unsubscribe if state.slots[code].state == "live"]
    taken = sum(slot.state != "refused" for slot in state.slots.values())
    room = min(state.settings.monitor.max_ws_subs, SLOTS_MAX) - taken
    return (
        *(UnsubscribeRequested(code=code, link=state.link) for code in release),
        *(SubscribeRequested(code=code, link=state.link) for code in changes.subscribe[: max(room, 0)]),
    )


def _ask_again(state: State, event: Event) -> tuple[Event, ...]:
    if not isinstance(event, ClockTicked) or not state.link:
        return ()
    kinds: dict[str, type[SubscribeRequested | UnsubscribeRequested]]
    kinds = {"requested": SubscribeRequested, "releasing": UnsubscribeRequested}
    overdue = [(code, slot) for code, slot in state.slots.items() if _is_overdue(state, slot)]
    return tuple(kinds[slot.state](code=code, link=state.link, ask=slot.asks + 1) for code, slot in overdue)


def _is_overdue(state: State, slot: Slot) -> bool:
    if slot.state not in ("requested", "releasing") or slot.asks >= ASKS_MAX or state.now is None:
        return False
    kis = state.settings.kis  # the commands before it in the queue take their time too
    return (state.now - slot.since).total_seconds() >= kis.ws_ack_timeout_sec + SLOTS_MAX * kis.ws_command_gap_sec


def _only(state: State, codes: tuple[str, ...]) -> State:
    """A code that left the universe is no candidate any more."""
    closes_won = {code: closes for code, closes in state.closes_won.items() if code in codes}
    quotes = {code: quote for code, quote in state.quotes.items() if code in codes}
    return replace(state, codes=codes, closes_won=closes_won, quotes=quotes)


def _with_closes(state: State, code: str, day: date, closes_won: tuple[int, ...]) -> State:
    others = state.closes_won if day == state.baseline_day else {}
    barred = state.barred if day == state.baseline_day else ()
    return replace(state, baseline_day=day, closes_won={**others, code: closes_won}, barred=barred)


def _retargeted(state: State, event: TargetsChanged) -> State:
    now = state.now
    if now is None:
        return replace(state, targets=event.targets)
    since = {target.code: state.wanted_since.get(target.code, now) for target in event.targets}
    left_at = {code: left for code, left in state.left_at.items() if code in _cooling(state, now)}
    left_at.update({code: now for code in event.removed})
    slots = {code: slot for code, slot in state.slots.items() if slot.state != "refused" or code in since}
    return replace(state, targets=event.targets, wanted_since=since, left_at=left_at, slots=slots, ranked_at=now)


def _with_slot(
    state: State, event: SubscribeRequested | UnsubscribeRequested | SubscribeConfirmed | SubscribeRefused
) -> State:
    if state.now is None or event.link != state.link:
        return state
    match event:
        case SubscribeRequested():
            slot = Slot("requested", state.now, event.ask)
        case UnsubscribeRequested():
            slot = Slot("releasing", state.now, event.ask)
        case SubscribeConfirmed():
            slot = Slot("live", state.now)
        case SubscribeRefused():
            slot = Slot("refused", state.now)
    barred = (*state.barred, event.code) if isinstance(event, SubscribeRefused) and event.for_good else state.barred
    left_at = {**state.left_at, event.code: state.now} if isinstance(event, SubscribeRefused) else state.left_at
    return replace(state, slots={**state.slots, event.code: slot}, barred=barred, left_at=left_at)


LISTENS: tuple[type[Event], ...] = (
    RunStarted, UniverseLoaded, ClockTicked, SessionClosed, BaselineLoaded, BaselineMissing, ScanReturned,
    ScanCompleted, LinkOpened, LinkLost, SubscribeConfirmed, SubscribeRefused, UnsubscribeConfirmed,
)  # fmt: skip

CORE = Core(name="subscription", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class SubscriptionActor(CoreActor):
    """Only decides; WsActor does what it asks for."""

    core = CORE
