"""ScanActor: prepares the trading day, asks for all quotes once a minute, and slows down when KIS cannot answer."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.duties import averages, trading_day
from kis_actors.duties.trading_day import TradingDay
from kis_actors.kis.rest import quotes_in
from kis_actors.messages import (
    BaselineRequested,
    ClockTicked,
    CodesUnquoted,
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    HolidaysRequested,
    LinkLost,
    Record,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    ScanCompleted,
    ScanFailed,
    ScanRequested,
    ScanReturned,
    ScanSlowed,
    SessionClosed,
    SessionDoubted,
    SessionOpened,
    SessionTrusted,
    SubscribeConfirmed,
    TargetsChanged,
    UniverseRequested,
    VenuesRequested,
)
from kis_actors.policies.coverage import Coverage
from kis_actors.policies.rounds import Rounds, Scope
from kis_actors.policies.vintage import vintage_of
from kis_actors.ports import Journal, Rest, Universes
from kis_actors.settings import Monitor
from kis_actors.turn import Core, Step, in_steps

DOUBTFUL_SCANS = 3
"""So many scans in a row of nothing but outdated quotes, and the calendar must be wrong."""
HEALED_S = 60
"""A stream that held so long is back; one that opens and breaks off at once is not."""
CLOSING_SCAN_WITHIN_S = 120
"""A start later in the evening finds other prices."""
DOUBT_AFTER_S = 180
"""Right after the open there may be no trade yet."""


class State(Struct, frozen=True, kw_only=True):
    """What scanning depends on.

    doubtful: scans in a row without a trade of today. doubted_day: the day in doubt, while it is.
    followed: codes that are to be streamed.
    lost_link: the last one that was lost.
    proven_since: when KIS first took a subscription on this link; down_since: when nothing like it was first missed.
    """

    today: TradingDay = TradingDay()
    rounds: Rounds = Rounds()
    coverage: Coverage = Coverage()
    doubtful: int = 0
    doubted_day: date | None = None
    followed: tuple[str, ...] = ()
    proven_since: datetime | None = None
    down_since: datetime | None = None
    lost_link: int = 0
    is_degraded: bool = False

    @property
    def monitor(self) -> Monitor:
        """The settings that scanning goes by."""
        return self.today.settings.monitor


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    state = replace(state, today=trading_day.evolve(state.today, event))
    match event:
        case ClockTicked():
            return replace(state, down_since=None if state.proven_since else state.down_since or event.now)
        case SessionOpened():
            return replace(state, down_since=None)
        case SessionClosed():
            return replace(state, doubtful=0, doubted_day=None, coverage=Coverage())
        case RunStarted():
            return replace(state, rounds=state.rounds.restarted(), proven_since=None, down_since=None)
        case ScanRequested():
            return _batch_asked(state, event)
        case ScanReturned() | ScanFailed():
            return _batch_answered(state, event)
        case ScanCompleted():
            return _completed(state, event)
        case SafeModeEntered() | ScanSlowed() | SafeModeLeft():
            interval_s = 0.0 if isinstance(event, SafeModeLeft) else event.interval_s
            return replace(state, rounds=replace(state.rounds, interval_s=interval_s))
        case SubscribeConfirmed() if event.link > state.lost_link:
            return replace(state, proven_since=state.proven_since or state.today.now, down_since=None)
        case LinkLost():
            return replace(state, proven_since=None, lost_link=event.link)
        case CodesUnquoted():
            return replace(state, coverage=state.coverage.told(event.codes))
        case TargetsChanged():
            followed = tuple(target.code for target in event.targets)
            return replace(state, followed=followed, down_since=state.down_since if state.followed else None)
        case DegradedModeEntered() | DegradedModeLeft():
            return replace(state, is_degraded=isinstance(event, DegradedModeEntered))
        case SessionDoubted() | SessionTrusted():
            return replace(state, doubted_day=event.day if isinstance(event, SessionDoubted) else None)
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """What every step finds to do, each in the light of what those before it decided."""
    return in_steps(evolve, STEPS, state, record.event) if state.monitor.enabled else ()


def scan_once(state: State) -> tuple[ScanRequested, ...]:
    """The questions of one scan over all codes: 250 codes are 9 calls."""
    return _scan(state, state.today.codes, "all")


def _scan(state: State, codes: tuple[str, ...], scope: Scope) -> tuple[ScanRequested, ...]:
    batches = state.today.batches_of(codes)
    return tuple(
        ScanRequested(scan=state.rounds.number + 1, batch=number, batches=len(batches), codes=batch, scope=scope)
        for number, batch in enumerate(batches, start=1)
    )


def _batch_asked(state: State, event: ScanRequested) -> State:
    rounds = state.rounds.asked(event.scan, event.batch, event.batches, event.scope, state.today.now)
    is_whole = event.scope == "all"
    return replace(
        state, rounds=rounds, coverage=state.coverage.asked(event.batch, event.codes) if is_whole else state.coverage
    )  # fmt: skip


def _batch_answered(state: State, event: ScanReturned | ScanFailed) -> State:
    if isinstance(event, ScanFailed):
        return replace(state, rounds=state.rounds.answered(event.scan, event.batch, failed=1))
    today = state.today
    answered = quotes_in(event.rows.columns, event.rows.values)
    quotes = [quote for code, quote in answered.items() if code in today.codes]
    vintages = [vintage_of(quote, today.averages.closes_won.get(quote.code, ())) for quote in quotes]
    todays, outdated = vintages.count("today"), vintages.count("outdated")
    rounds = state.rounds.answered(event.scan, event.batch, quoted=len(quotes), todays=todays, outdated=outdated)
    return replace(state, rounds=rounds, coverage=state.coverage.quoted(tuple(quote.code for quote in quotes)))


def _completed(state: State, event: ScanCompleted) -> State:
    rounds = state.rounds.completed(batches=event.batches, failed=event.failed, scope=event.scope)
    if event.scope != "all":
        return replace(state, rounds=rounds)
    doubtful = state.doubtful + 1 if rounds.is_doubtful() else 0 if rounds.todays else state.doubtful
    return replace(state, rounds=rounds, doubtful=doubtful, coverage=state.coverage.completed())


# --- the steps of deciding


def _scan_end(state: State, event: Event) -> tuple[Event, ...]:
    """A scan ends with its last answer; several failed ones begin safe mode, two good ones end it."""
    rounds = state.rounds
    if not isinstance(event, ScanReturned | ScanFailed) or event.scan != rounds.number or rounds.waiting:
        return ()
    done = ScanCompleted(
        scan=rounds.number, batches=rounds.batches, failed=rounds.failed, quoted=rounds.quoted, scope=rounds.scope
    )  # fmt: skip
    return (done, *_safe_mode_change(_completed(state, done), event))


def _safe_mode_change(state: State, event: ScanReturned | ScanFailed) -> tuple[Event, ...]:
    """As the counts stand after a scan, the last answer of which is `event`."""
    rounds = state.rounds
    if rounds.scope != "all":
        return ()
    if rounds.recovers():
        return (SafeModeLeft(interval_s=state.monitor.scan_interval_sec),)
    if not (slower_s := rounds.slower_s(state.monitor)):
        return ()
    if rounds.interval_s:
        return (ScanSlowed(interval_s=slower_s),)
    why = event.reason if isinstance(event, ScanFailed) else "most batches failed"
    return (SafeModeEntered(reason=f"{rounds.bad} scans in a row failed: {why}", interval_s=slower_s),)


def _unquoted(state: State, event: Event) -> tuple[CodesUnquoted, ...]:
    """Codes that several scans in a row had no price of, while scans as such work; once a day."""
    rounds, scans = state.rounds, state.monitor.safe_mode_after_scans
    if not isinstance(event, ScanReturned | ScanFailed) or rounds.waiting or rounds.bad or rounds.interval_s:
        return ()
    codes = tuple(code for code in state.coverage.news(scans) if state.today.is_quotable(code))
    return (CodesUnquoted(codes=codes, scans=scans),) if codes else ()


def _doubt(state: State, event: Event) -> tuple[SessionDoubted | SessionTrusted, ...]:
    """The calendar says open, and KIS shows the day before; until it does not any more."""
    day, session, now = state.today.open_day, state.today.session, state.today.now
    if day is None or session is None or now is None:
        return ()
    if state.doubted_day:
        return () if state.doubtful else (SessionTrusted(day=day),)
    if state.doubtful < DOUBTFUL_SCANS or (now - session.opens).total_seconds() < DOUBT_AFTER_S:
        return ()
    reason = f"{state.rounds.outdated} of {state.rounds.quoted} quotes are those of the day before"
    return (SessionDoubted(day=day, reason=reason),)


def _degraded_change(state: State, event: Event) -> tuple[Event, ...]:
    """While the stream has been down for a while, the codes that should be on it are scanned on their own."""
    is_wanted = _is_blind(state)
    if state.is_degraded and not is_wanted:
        return (DegradedModeLeft(is_back=bool(state.proven_since)),)
    if not is_wanted or state.is_degraded or state.down_since is None:
        return ()
    reason = f"no stream since {state.down_since:%H:%M:%S}"
    return (DegradedModeEntered(reason=reason, interval_s=state.monitor.degraded_scan_interval_sec),)


def _is_blind(state: State) -> bool:
    """Codes are to be followed, and for a while there has been no stream; once that is so, until one holds."""
    now, monitor = state.today.now, state.monitor
    if now is None or not (state.today.open_day and state.followed and monitor.signal.use_intraday):
        return False
    if state.proven_since:
        return state.is_degraded and (now - state.proven_since).total_seconds() < HEALED_S
    since = state.down_since
    return state.is_degraded or bool(since and (now - since).total_seconds() >= monitor.degraded_after_sec)


def _due_scan(state: State, event: Event) -> tuple[ScanRequested, ...]:
    now, rounds = state.today.now, state.rounds
    if not isinstance(event, ClockTicked) or now is None or not state.today.is_open():
        return ()
    if rounds.is_due(now, state.monitor.scan_interval_sec):
        return scan_once(state)
    if state.is_degraded and rounds.is_followed_due(now, state.monitor.degraded_scan_interval_sec):
        return _scan(state, state.followed, "followed")
    return ()


def _closing_scan(state: State, event: Event) -> tuple[ScanRequested, ...]:
    """As the session ends: codes without a stream have their closing price from nowhere else. Nobody judges by it."""
    session, now = state.today.session, state.today.now
    if not isinstance(event, ClockTicked) or session is None or now is None or not state.today.is_over():
        return ()
    is_in_time = (now - session.closes).total_seconds() < CLOSING_SCAN_WITHIN_S
    return _scan(state, state.today.codes, "close") if is_in_time and not state.rounds.waiting else ()


def _of_today(step: Step) -> Step:
    return lambda state, event: step(state.today, event)


LISTENS: tuple[type[Event], ...] = (
    *trading_day.HEARD, ScanReturned, ScanFailed, SubscribeConfirmed, LinkLost, TargetsChanged,
)  # fmt: skip
STEPS: tuple[Step, ...] = (
    _closing_scan, *map(_of_today, trading_day.STEPS), *map(_of_today, averages.STEPS), _scan_end, _unquoted, _doubt,
    _degraded_change, _due_scan,
)  # fmt: skip

CORE = Core(name="scan", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class ScanActor(CoreActor):
    """Hands the core's durable questions to the REST port, and those about the universe to its own."""

    core = CORE

    def __init__(self, state: State, journal: Journal, mailbox: Mailbox, rest: Rest, universes: Universes) -> None:
        super().__init__(state, journal, mailbox)
        self._rest = rest
        self._universes = universes

    def perform(self, record: Record) -> None:
        """Asks KIS."""
        if isinstance(record.event, ScanRequested | BaselineRequested | HolidaysRequested | VenuesRequested):
            self._rest.ask(record)
        elif isinstance(record.event, UniverseRequested):
            self._universes.ask(record)
