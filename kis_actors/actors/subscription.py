"""SubscriptionActor: ranks the codes by nearness to a signal and keeps the best of them subscribed.

What KIS has subscribed already, and what is to be asked of it, is `duties/holdings.py`.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor
from kis_actors.duties import holdings
from kis_actors.duties.holdings import Holdings
from kis_actors.kis.rest import quotes_in
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    ChurnLimited,
    ClockTicked,
    CommandAccepted,
    Event,
    LinkLost,
    LinkOpened,
    Missed,
    OverflowChanged,
    PinsChanged,
    ReadingPaused,
    Record,
    ReplyGiven,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    ScanReturned,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    SlotLimitChanged,
    StreamRestored,
    StreamStale,
    SubscribeConfirmed,
    SubscribeRefused,
    Target,
    TargetsChanged,
    UniverseLoaded,
    UnsubscribeConfirmed,
    VenuesLoaded,
)
from kis_actors.policies.lag import Lag
from kis_actors.policies.planning import CHURN_BUDGET, Plan, Snapshot, plan, rebalance
from kis_actors.policies.prices import Prices
from kis_actors.policies.ranking import Ranked, ranking
from kis_actors.policies.registrations import code_of, followed_max
from kis_actors.settings import Settings
from kis_actors.texts import Language
from kis_actors.turn import Core, Step, in_steps
from kis_actors.watch_texts import near_text, pins_full_text, pins_text, subs_text

PINS_MAX = 10
NEAR_SHOWN = 10


class State(Struct, frozen=True, kw_only=True):
    """What subscribing depends on.

    missed: codes that deserve a slot and have none. lag: whether fewer codes are followed for a while.
    ranked_at: when the codes were last ranked. is_due: by what was heard last. is_scanned: all codes were, in this
    session.
    pins: codes that are to have a slot whatever their score, on request. names: of the watched stocks.
    """

    prices: Prices = Prices()
    targets: tuple[Target, ...] = ()
    missed: tuple[Missed, ...] = ()
    is_safe: bool = False
    lag: Lag = Lag()
    ranked_at: datetime | None = None
    is_due: bool = False
    is_scanned: bool = False
    pins: tuple[str, ...] = ()
    names: dict[str, str] = {}
    held: Holdings = Holdings()

    @property
    def settings(self) -> Settings:
        """Those of this run."""
        return self.held.settings

    @property
    def now(self) -> datetime | None:
        """What the clock last said."""
        return self.held.now


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    state = _known(replace(state, held=holdings.evolve(state.held, event)), event)
    if not isinstance(event, ScanCompleted | ClockTicked | ReadingPaused):
        return state
    is_due = _is_due(state)
    return replace(state, is_due=is_due, ranked_at=state.now if is_due else state.ranked_at)


def _known(state: State, event: Event) -> State:
    match event:
        case RunStarted():
            return replace(state, ranked_at=None, lag=Lag())
        case UniverseLoaded():
            names = {stock.code: stock.name for stock in event.stocks}
            return replace(state, prices=state.prices.watching(event.stocks), names=names)
        case BaselineLoaded():
            levels_won = (event.high_won, event.low_won)
            return replace(state, prices=state.prices.with_closes(event.code, event.day, event.closes_won, levels_won))
        case BaselineMissing():
            return replace(state, prices=state.prices.with_closes(event.code, event.day, ()))
        case ScanReturned():
            quotes = quotes_in(event.rows.columns, event.rows.values)
            return replace(state, prices=state.prices.with_quotes(quotes, state.now, state.settings.monitor))
        case SessionOpened():
            return replace(state, prices=state.prices.opened(event.opens))
        case SafeModeEntered() | SafeModeLeft():
            return replace(state, is_safe=isinstance(event, SafeModeEntered))
        case ScanCompleted() if event.scope == "all":
            return replace(state, is_scanned=True)
        case SessionClosed():
            return replace(state, prices=state.prices.without_quotes(), missed=(), ranked_at=None, is_scanned=False)
        case TargetsChanged():
            return replace(state, targets=event.targets, ranked_at=state.now)
        case OverflowChanged():
            return replace(state, missed=event.missed)
        case PinsChanged():
            return replace(state, pins=event.codes, ranked_at=None)
        case ReadingPaused():
            return replace(state, lag=state.lag.seen(state.now))
        case SlotLimitChanged():
            lag = state.lag.limited(event.limit, state.now)
            return replace(state, lag=lag, ranked_at=None, is_due=_may_rank(state))
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """What every step finds to do, each in the light of what those before it decided."""
    return in_steps(evolve, STEPS, state, record.event)


def compute_targets(snapshot: Snapshot) -> tuple[Target, ...]:
    """The codes that deserve a slot now, best first, at most `max_ws_subs`; see `policies.planning`."""
    return _targets(plan(snapshot), snapshot)


def _targets(made: Plan, snapshot: Snapshot) -> tuple[Target, ...]:
    of = {one.code: one for one in snapshot.candidates}
    return tuple(
        Target(code, made.scores[code], of[code].disparity, of[code].price_won, of[code].rule, of[code].distance or 0.0)
        for code in made.chosen
    )  # fmt: skip


def nearest_of(state: State) -> tuple[Ranked, ...]:
    """All codes a signal may come from, nearest first, with what the planner made of each; none between sessions."""
    return ranking(_snapshot(state, state.now)) if state.now else ()


# --- the steps of deciding


def _slot_limit(state: State, event: Event) -> tuple[SlotLimitChanged, ...]:
    """Fewer codes while processing lags, all of them again when it has caught up for a while."""
    if not state.settings.monitor.shrink_on_lag or state.now is None:
        return ()
    backlog = event.backlog if isinstance(event, ReadingPaused) else 0
    most = followed_max(state.settings)
    limit, now_is = state.lag.due(state.now, most, has_lagged=backlog > 0)
    reason = f"{backlog} records are not handled yet" if backlog else "processing keeps up again"
    return (SlotLimitChanged(limit=limit, reason=reason, is_usual=limit == most),) if limit != now_is else ()


def _choice(state: State, event: Event) -> tuple[Event, ...]:
    """New targets after a scan or when due, none after the close; in safe mode only fewer of the old ones."""
    match event:
        case ReadingPaused() if state.is_safe:
            return _change(state, state.targets[: state.lag.limit_of(followed_max(state.settings))])
        case ScanCompleted() | ClockTicked() | ReadingPaused() if state.now and state.is_due:
            made = plan(snapshot := _snapshot(state, state.now))
            return (*_change(state, _targets(made, snapshot)), *_overflow(state, made))
        case SessionClosed():
            return _change(state, ())
    return ()


def _is_due(state: State) -> bool:
    now, ranked_at = state.now, state.ranked_at
    if now is None or not _may_rank(state):
        return False
    return ranked_at is None or (now - ranked_at).total_seconds() >= state.settings.monitor.rebalance_interval_sec


def _may_rank(state: State) -> bool:
    is_known = state.prices.are_complete() and (state.is_scanned or state.prices.are_all_quoted())
    return is_known and not state.is_safe and state.settings.monitor.signal.use_intraday


def _snapshot(state: State, now: datetime) -> Snapshot:
    held, settings = state.held, state.settings
    candidates = state.prices.candidates(settings.monitor, state.pins)
    return Snapshot(
        candidates=tuple(one for one in candidates if held.can_follow(one.code)),
        incumbents=held.tenure.incumbents(held.slots_by_code()),
        cooling=held.tenure.cooling(now, settings.monitor),
        barred=held.barred_codes(),
        now=now,
        monitor=settings.monitor,
        swaps_left=held.swaps_left(now),
        limit=state.lag.limit_of(followed_max(settings)),
        pinned=state.pins,
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


def _answer(state: State, event: Event) -> tuple[Event, ...]:
    """To what a person asks about the slots."""
    if not isinstance(event, CommandAccepted):
        return ()
    match event.name:
        case "near":
            return (_reply(event, near_text(nearest_of(state)[:NEAR_SHOWN], state.names, _language(state))),)
        case "subs":
            return (_reply(event, subs_text(_slots(state), state.pins, state.names, _language(state))),)
        case "pin" | "unpin":
            return _pin(state, event)
    return ()


def _pin(state: State, event: CommandAccepted) -> tuple[Event, ...]:
    others = tuple(code for code in state.pins if code != event.code)
    pins = (*others, event.code) if event.name == "pin" else others
    if len(pins) > PINS_MAX:
        return (_reply(event, pins_full_text(PINS_MAX, _language(state))),)
    changed = (PinsChanged(codes=pins),) if pins != state.pins else ()
    return (*changed, _reply(event, pins_text(pins, state.names, _language(state))))


def _reply(to: CommandAccepted, text: str) -> ReplyGiven:
    return ReplyGiven(update_id=to.update_id, chat=to.chat, text=text)


def _language(state: State) -> Language:
    return state.settings.notify.language


def _slots(state: State) -> tuple[tuple[str, str, datetime], ...]:
    slots = ((key, slot) for key, slot in state.held.ledger.slots.items() if state.held.is_trades(key))
    return tuple((code_of(key), slot.state, slot.since) for key, slot in slots)


def _codes(targets: tuple[Target, ...]) -> tuple[str, ...]:
    return tuple(target.code for target in targets)


def _of_holdings(step: Step) -> Step:
    return lambda state, event: step(state.held, event)


LISTENS: tuple[type[Event], ...] = (
    RunStarted, SettingsChanged, UniverseLoaded, VenuesLoaded, ClockTicked, SessionOpened, SessionClosed,
    BaselineLoaded, BaselineMissing, ScanReturned, ScanCompleted, LinkOpened, LinkLost, SubscribeConfirmed,
    SubscribeRefused, UnsubscribeConfirmed, StreamStale, StreamRestored, SafeModeEntered, SafeModeLeft, ReadingPaused,
    CommandAccepted,
)  # fmt: skip
STEPS: tuple[Step, ...] = (
    _of_holdings(holdings.late), _slot_limit, _choice,
    *map(_of_holdings, (
        holdings.close_the_gap, holdings.refresh, holdings.renewal, holdings.shortage, holdings.surrender,
    )),
    _answer,
)  # fmt: skip

CORE = Core(name="subscription", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class SubscriptionActor(CoreActor):
    """Only decides; WsActor does what it asks for."""

    core = CORE
