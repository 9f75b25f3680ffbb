"""SubscriptionActor: ranks the codes by nearness to a signal and keeps the best of them subscribed.

Its slots follow KIS's acknowledgements, never its own wishes: a slot being released is taken until KIS says otherwise.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor
from kis_actors.kis.rest import quotes_of
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    ChurnLimited,
    ClockTicked,
    Event,
    LinkLost,
    LinkOpened,
    LinkRenewalWanted,
    Missed,
    OverflowChanged,
    Record,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    ScanReturned,
    SessionClosed,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    Target,
    TargetsChanged,
    UniverseLoaded,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)
from kis_actors.rules.planning import CHURN_BUDGET, Plan, Snapshot, plan, rebalance
from kis_actors.rules.prices import Prices
from kis_actors.rules.remedies import RENEWAL_DUE, SUBSCRIBED_ANEW, Remedies
from kis_actors.rules.slots import ASKS_MAX, Ledger, Slot
from kis_actors.rules.tenure import Tenure
from kis_actors.settings import Settings
from kis_actors.turn import Core


class State(Struct, frozen=True, kw_only=True):
    """What subscribing depends on.

    missed: codes that deserve a slot and have none. remedies: for streams silent while their codes trade.
    renewed_at: when another link was last wanted. ranked_at: when the targets were last chosen.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    prices: Prices = Prices()
    targets: tuple[Target, ...] = ()
    tenure: Tenure = Tenure()
    missed: tuple[Missed, ...] = ()
    is_safe: bool = False
    ledger: Ledger = Ledger()
    remedies: Remedies = Remedies()
    renewed_at: datetime | None = None
    ranked_at: datetime | None = None

    @property
    def slots(self) -> dict[str, Slot]:
        """What KIS knows of each code."""
        return self.ledger.slots


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    match event:
        case ClockTicked():
            return replace(state, now=event.now)
        case RunStarted():
            return replace(_linked(state, 0), settings=event.settings, remedies=Remedies(), ranked_at=None)
        case UniverseLoaded():
            return replace(state, prices=state.prices.watching(event.stocks))
        case BaselineLoaded():
            return replace(state, prices=state.prices.with_closes(event.code, event.day, event.closes_won))
        case BaselineMissing():
            return replace(state, prices=state.prices.with_closes(event.code, event.day, ()))
        case ScanReturned():
            return replace(state, prices=state.prices.with_quotes(quotes_of(event.rows.each())))
        case SafeModeEntered() | SafeModeLeft():
            return replace(state, is_safe=isinstance(event, SafeModeEntered))
        case SessionClosed():
            prices, tenure = state.prices.without_quotes(), replace(state.tenure, barred=())
            return replace(state, prices=prices, tenure=tenure, missed=(), remedies=Remedies(), ranked_at=None)
        case TargetsChanged():
            return _retargeted(state, event)
        case OverflowChanged():
            return replace(state, missed=event.missed)
    return _with_link(state, event)


def _with_link(state: State, event: Event) -> State:
    match event:
        case LinkOpened():
            return _linked(state, event.link)
        case LinkLost() if event.link == state.ledger.link:
            return _linked(state, 0)
        case LinkRenewalWanted():
            return replace(state, renewed_at=state.now, remedies=state.remedies.renewed(event.code))
        case StreamStale() if state.ledger.is_live(event.code, event.link):
            return replace(state, remedies=state.remedies.stale(event.code))
        case StreamRestored():
            return replace(state, remedies=state.remedies.cured(event.code))
        case SubscribeRequested() | UnsubscribeRequested() if state.now:
            return _asked(state, event, state.now)
        case SubscribeConfirmed() if state.now:
            return replace(state, ledger=state.ledger.confirmed(event.code, event.link, state.now))
        case SubscribeRefused() if state.now:
            return _refused(state, event, state.now)
        case UnsubscribeConfirmed():
            return replace(state, ledger=state.ledger.released(event.code, event.link))
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """What every step finds to do, each in the light of what those before it decided."""
    decided: tuple[Event, ...] = ()
    for step in (_late, _choice, _close_the_gap, _refresh, _renewal):
        made = step(state, record.event)
        for event in made:
            state = evolve(state, event)
        decided += made
    return decided


def compute_targets(snapshot: Snapshot) -> tuple[Target, ...]:
    """The codes that deserve a slot now, best first, at most `max_ws_subs`; see `rules.planning`."""
    made, of = plan(snapshot), {one.code: one for one in snapshot.candidates}
    return tuple(Target(code, made.scores[code], of[code].disparity, of[code].price_won) for code in made.chosen)


def _choice(state: State, event: Event) -> tuple[Event, ...]:
    """New targets after a scan or when due, none after the close."""
    match event:
        case ScanCompleted() | ClockTicked() if _is_due(state):
            snapshot = _snapshot(state)
            return (*_change(state, compute_targets(snapshot)), *_overflow(state, plan(snapshot)))
        case SessionClosed():
            return _change(state, ())
    return ()


def _is_due(state: State) -> bool:
    monitor = state.settings.monitor
    if state.is_safe or state.now is None or not (monitor.signal.use_intraday and state.prices.are_complete()):
        return False
    return state.ranked_at is None or (state.now - state.ranked_at).total_seconds() >= monitor.rebalance_interval_sec


def _snapshot(state: State) -> Snapshot:
    assert state.now is not None
    wanted, now, monitor = _codes(state.targets), state.now, state.settings.monitor
    return Snapshot(
        candidates=state.prices.candidates(monitor.signal),
        incumbents=state.tenure.incumbents(state.slots),
        cooling=state.tenure.cooling(now, monitor),
        barred=state.tenure.barred,
        now=now,
        monitor=monitor,
        swaps_left=state.tenure.swaps_left(now, monitor) - state.ledger.leaving(wanted),
    )


def _change(state: State, targets: tuple[Target, ...]) -> tuple[TargetsChanged, ...]:
    if targets == state.targets:
        return ()
    changes = rebalance(_codes(state.targets), _codes(targets))
    return (TargetsChanged(targets=targets, added=changes.subscribe, removed=changes.unsubscribe),)


def _overflow(state: State, made: Plan) -> tuple[Event, ...]:
    """What was missed, if it is not what is known; and, the first time, that the churn budget is the reason."""
    missed = tuple(Missed(code, reason) for code, reason in made.missed)
    if missed == state.missed:
        return ()
    said = (OverflowChanged(missed=missed),)
    was_limited = any(one.reason == CHURN_BUDGET for one in state.missed)
    return said if was_limited or not made.held_back() else (*said, ChurnLimited(codes=made.held_back()))


def _codes(targets: tuple[Target, ...]) -> tuple[str, ...]:
    return tuple(target.code for target in targets)


def _close_the_gap(state: State, _: Event) -> tuple[Event, ...]:
    """Releases first; a freed slot is used only after KIS has acknowledged that it is free."""
    ledger, now = state.ledger, state.now
    if not ledger.link or now is None:
        return ()
    wanted = tuple(code for code in _codes(state.targets) if code not in state.tenure.barred)
    cooling = state.tenure.cooling(now, state.settings.monitor)  # a refused code waits, also on another link
    to_ask = ledger.to_ask(tuple(code for code in wanted if code not in cooling), now, state.settings)
    released = (UnsubscribeRequested(code=code, link=ledger.link) for code in ledger.to_release(wanted))
    return (*released, *(SubscribeRequested(code=code, link=ledger.link) for code in to_ask))


def _late(state: State, event: Event) -> tuple[Event, ...]:
    if not isinstance(event, ClockTicked) or not state.ledger.link:
        return ()
    late = state.ledger.overdue(event.now, state.settings)
    return tuple(answer for code in late for answer in _late_answer(state, code))


def _late_answer(state: State, code: str) -> tuple[Event, ...]:
    """Asks again; after the last time, what KIS never confirmed is refused, or released if nobody wants it now."""
    slot, link = state.slots[code], state.ledger.link
    if slot.state == "releasing":
        return (UnsubscribeRequested(code=code, link=link, ask=slot.asks + 1),) if slot.asks < ASKS_MAX else ()
    if slot.asks < ASKS_MAX:
        return (SubscribeRequested(code=code, link=link, ask=slot.asks + 1),)
    if code not in _codes(state.targets):
        return (UnsubscribeRequested(code=code, link=link),)
    return (SubscribeRefused(code=code, link=link, reason=f"no answer to {slot.asks} asks", is_unanswered=True),)


def _refresh(state: State, event: Event) -> tuple[Event, ...]:
    """A stale code gives its slot back, once; as it is still wanted, it is asked for again when that is free."""
    code = _stale_code(state, event, SUBSCRIBED_ANEW)
    return (UnsubscribeRequested(code=code, link=state.ledger.link),) if code else ()


def _renewal(state: State, event: Event) -> tuple[Event, ...]:
    """Another link, when this one's slots cannot be trusted or a code stays stale; seldom, for KIS blocks loops."""
    now, ledger, since = state.now, state.ledger, state.renewed_at
    if now is None or not ledger.link:
        return ()
    if since and (now - since).total_seconds() < state.settings.kis.link_renewal_gap_sec:
        return ()
    stale = _stale_code(state, event, RENEWAL_DUE)
    trouble = ledger.drift(now, state.settings) or (stale, "stale again after it was subscribed anew")
    return (LinkRenewalWanted(link=ledger.link, code=trouble[0], reason=trouble[1]),) if trouble[0] else ()


def _stale_code(state: State, event: Event, step: int) -> str:
    """The code that the event says is stale, if `step` is what it needs now."""
    if not isinstance(event, StreamStale) or not state.ledger.is_live(event.code, event.link):
        return ""
    return event.code if state.remedies.is_at(step, event.code) else ""


def _linked(state: State, link: int) -> State:
    return replace(state, ledger=Ledger(link=link), remedies=state.remedies.on_another_link())


def _retargeted(state: State, event: TargetsChanged) -> State:
    now, monitor, codes = state.now, state.settings.monitor, _codes(event.targets)
    if now is None:
        return replace(state, targets=event.targets)
    ledger = state.ledger.forgetting(codes)
    swaps = len(state.slots) - len(ledger.slots) if codes else 0
    tenure = state.tenure.chosen(codes, event.removed, now, monitor).swapped(swaps, now, monitor)
    return replace(state, targets=event.targets, tenure=tenure, ledger=ledger, ranked_at=now)


def _asked(state: State, event: SubscribeRequested | UnsubscribeRequested, now: datetime) -> State:
    """A release counts as a swap if another takes the place: not at the close, not to subscribe the same code anew."""
    code, targets, wanted = event.code, _codes(state.targets), isinstance(event, SubscribeRequested)
    ledger = state.ledger.asked(code, event.link, wanted=wanted, ask=event.ask, now=now, settings=state.settings)
    is_swap = not wanted and event.ask == 1 and bool(targets) and code not in targets
    return replace(state, ledger=ledger, tenure=state.tenure.swapped(is_swap, now, state.settings.monitor))


def _refused(state: State, event: SubscribeRefused, now: datetime) -> State:
    ledger = state.ledger.refused(
        event.code, event.link, now, is_full=event.is_full, is_unanswered=event.is_unanswered
    )  # fmt: skip
    if ledger is state.ledger:
        return state
    return replace(state, ledger=ledger, tenure=state.tenure.refused(event.code, now, for_good=event.for_good))


LISTENS: tuple[type[Event], ...] = (
    RunStarted, UniverseLoaded, ClockTicked, SessionClosed, BaselineLoaded, BaselineMissing, ScanReturned,
    ScanCompleted, LinkOpened, LinkLost, SubscribeConfirmed, SubscribeRefused, UnsubscribeConfirmed,
    StreamStale, StreamRestored, SafeModeEntered, SafeModeLeft,
)  # fmt: skip

CORE = Core(name="subscription", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class SubscriptionActor(CoreActor):
    """Only decides; WsActor does what it asks for."""

    core = CORE
