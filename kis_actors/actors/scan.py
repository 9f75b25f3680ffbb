"""ScanActor: knows whether the market is open, asks for daily averages once a day and for all quotes once a minute."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.kis.rest import bars_of, quotes_of
from kis_actors.market.baseline import closes_needed, rebased
from kis_actors.market.sessions import Calendar, Session, is_open, session_on
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    BaselineRequested,
    ClockTicked,
    DailyBarsFailed,
    DailyBarsReturned,
    Event,
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
    SessionOpened,
    UniverseLoaded,
)
from kis_actors.ports import Journal, Rest
from kis_actors.settings import Settings
from kis_actors.turn import Core
from kis_actors.units import log_day_of

CODES_PER_CALL = 30
"""KIS's limit for intstock-multprice."""
PREPARE_AHEAD_S = 1800
CLOSING_PRINT_S = 60
BASELINES_AT_ONCE = 2
"""Few, so that a scan never waits behind 250 daily-bar calls."""
BASELINE_TRIES = 3
FAILED_SCANS_MAX = 3
"""So many failed scans in a row begin safe mode, and each time as many more double the interval again."""
GOOD_SCANS = 2
INTERVAL_MAX_S = 600.0


class State(Struct, frozen=True, kw_only=True):
    """What scanning depends on.

    session: today's, None on a day without one. open_day: the day whose session was said to be open.
    baselines: per code, today's completed closes; empty if there is no average. asked, tries: of those still wanted.
    waiting: batches of scan number `scan` without an answer. bad_scans, good_scans: the latest ones in a row.
    safe_interval_s: between scans in safe mode, 0 out of it.
    """

    settings: Settings = Settings()
    calendar: Calendar = Calendar()
    codes: tuple[str, ...] = ()
    now: datetime | None = None
    day: date | None = None
    session: Session | None = None
    open_day: date | None = None
    baselines: dict[str, tuple[int, ...]] = {}
    asked: tuple[str, ...] = ()
    tries: dict[str, int] = {}
    scan: int = 0
    scan_asked_at: datetime | None = None
    waiting: tuple[int, ...] = ()
    batches: int = 0
    failed: int = 0
    quoted: int = 0
    bad_scans: int = 0
    good_scans: int = 0
    safe_interval_s: float = 0.0


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    match event:
        case ClockTicked():
            return _at(state, event.now)
        case RunStarted():
            return _started(state, event)
        case UniverseLoaded():
            return replace(state, codes=tuple(stock.code for stock in event.stocks))
        case SessionOpened() | SessionClosed():
            return replace(state, open_day=event.day if isinstance(event, SessionOpened) else None)
        case BaselineRequested():
            return replace(state, asked=(*state.asked, event.code))
        case DailyBarsReturned() | DailyBarsFailed():
            return _answered(state, event.code)
        case BaselineLoaded():
            return replace(state, baselines={**state.baselines, event.code: event.closes_won})
        case BaselineMissing():
            return replace(state, baselines={**state.baselines, event.code: ()})
        case ScanRequested():
            return _batch_asked(state, event)
        case ScanReturned():
            quoted = sum(code in state.codes for code in quotes_of(event.rows.each()))
            return _batch_answered(state, event.scan, event.batch, quoted=quoted)
        case ScanFailed():
            return _batch_answered(state, event.scan, event.batch, failed=1)
        case ScanCompleted():
            return _completed(state, event)
        case SafeModeEntered() | ScanSlowed():
            return replace(state, safe_interval_s=event.interval_s)
        case SafeModeLeft():
            return replace(state, safe_interval_s=0.0)
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """Sessions by the clock; averages before the open; a scan each interval; its end when all batches are in."""
    event = record.event
    match event:
        case ClockTicked() if state.settings.monitor.enabled:
            return (*_session_change(state), *_ask_baselines(state), *_due_scan(state))
        case DailyBarsReturned() if state.day:
            return (_baseline(state, event, state.day), *_ask_baselines(state, answered=event.code))
        case DailyBarsFailed() if state.day:
            return (*_give_up(state, event, state.day), *_ask_baselines(state, answered=event.code))
        case ScanReturned() | ScanFailed():
            return (*_corrections(state, event), *_scan_end(state, event))
    return ()


def scan_once(state: State) -> tuple[ScanRequested, ...]:
    """The questions of one scan over all codes: 250 codes are 9 calls."""
    size = min(state.settings.monitor.rest_batch_size, CODES_PER_CALL)
    batches = [state.codes[first : first + size] for first in range(0, len(state.codes), size)]
    return tuple(
        ScanRequested(scan=state.scan + 1, batch=number, batches=len(batches), codes=codes)
        for number, codes in enumerate(batches, start=1)
    )


def _at(state: State, now: datetime) -> State:
    day = log_day_of(now)
    if day == state.day:
        return replace(state, now=now)
    session = session_on(day, state.settings.market.hours, state.calendar)
    return replace(state, now=now, day=day, session=session, baselines={}, tries={})


def _started(state: State, event: RunStarted) -> State:
    """Questions of the run before will never be answered, and its last scan is old: all are asked anew."""
    session = session_on(state.day, event.settings.market.hours, event.calendar) if state.day else None
    state = replace(state, settings=event.settings, calendar=event.calendar, session=session)
    scan = state.scan + 1 if state.waiting else state.scan
    return replace(state, asked=(), waiting=(), scan=scan, scan_asked_at=None)


def _session_change(state: State) -> tuple[Event, ...]:
    session, now = state.session, state.now
    if state.open_day and (session is None or session.day != state.open_day):
        return (SessionClosed(day=state.open_day),)
    if session is None or now is None:
        return ()
    if state.open_day and now >= session.closes + timedelta(seconds=CLOSING_PRINT_S):
        return (SessionClosed(day=session.day),)
    if not state.open_day and is_open(now, session):
        return (SessionOpened(day=session.day, opens=session.opens, closes=session.closes),)
    return ()


def _ask_baselines(state: State, answered: str = "") -> tuple[BaselineRequested, ...]:
    room = BASELINES_AT_ONCE - len(state.asked)
    if room <= 0 or state.day is None or not _is_preparing(state):
        return ()
    wanted = [code for code in state.codes if code not in state.baselines and code not in state.asked]
    wanted = sorted((code for code in wanted if code != answered), key=lambda code: state.tries.get(code, 0))
    return tuple(_baseline_question(state, code, state.day) for code in wanted[:room])


def _is_preparing(state: State) -> bool:
    """From half an hour before the open until the close; an average is of no use after it."""
    session, now = state.session, state.now
    if session is None or now is None:
        return False
    return session.opens - timedelta(seconds=PREPARE_AHEAD_S) <= now < session.closes


def _baseline_question(state: State, code: str, day: date) -> BaselineRequested:
    """Twice as many calendar days as closes, and two weeks more: the longest closures fit in."""
    back_days = 2 * state.settings.monitor.signal.ma_days + 14
    return BaselineRequested(code=code, start=day - timedelta(days=back_days), end=day - timedelta(days=1))


def _baseline(state: State, event: DailyBarsReturned, day: date) -> BaselineLoaded | BaselineMissing:
    signal = state.settings.monitor.signal
    closes = tuple(bar.close_won for bar in bars_of(event.rows.each(), day))[-signal.ma_days :]
    needed = closes_needed(signal.ma_days, signal.ma_includes_today)
    if len(closes) < needed:
        return BaselineMissing(code=event.code, day=day, reason=f"{len(closes)} closes, {needed} needed")
    return BaselineLoaded(code=event.code, day=day, closes_won=closes)


def _give_up(state: State, event: DailyBarsFailed, day: date) -> tuple[BaselineMissing, ...]:
    if state.tries.get(event.code, 0) < BASELINE_TRIES:
        return ()
    return (BaselineMissing(code=event.code, day=day, reason=event.reason),)


def _answered(state: State, code: str) -> State:
    asked = tuple(other for other in state.asked if other != code)
    return replace(state, asked=asked, tries={**state.tries, code: state.tries.get(code, 0) + 1})


def _due_scan(state: State) -> tuple[ScanRequested, ...]:
    if state.waiting or state.now is None or not is_open(state.now, state.session):
        return ()
    interval_s = state.safe_interval_s or state.settings.monitor.scan_interval_sec
    if state.scan_asked_at and (state.now - state.scan_asked_at).total_seconds() < interval_s:
        return ()
    return scan_once(state)


def _completed(state: State, event: ScanCompleted) -> State:
    """A scan most of whose batches failed is a failed one; what came of it is used all the same."""
    if 2 * event.failed > event.batches:
        return replace(state, bad_scans=state.bad_scans + 1, good_scans=0)
    return replace(state, bad_scans=0, good_scans=state.good_scans + 1)


def _corrections(state: State, event: ScanReturned | ScanFailed) -> tuple[BaselineLoaded | BaselineMissing, ...]:
    """New averages of codes that a split or a rights issue puts on another basis today; said before anybody ranks."""
    if state.day is None or isinstance(event, ScanFailed):
        return ()
    quotes, known = quotes_of(event.rows.each()), state.baselines
    right = {
        code: rebased(known[code], quote.base_price_won, quote.previous_close_won)
        for code, quote in quotes.items() if code in known
    }  # fmt: skip
    return tuple(
        BaselineLoaded(code=code, day=state.day, closes_won=closes_won) if closes_won
        else BaselineMissing(code=code, day=state.day, reason="its closes are on another basis than its price")
        for code, closes_won in right.items() if closes_won != known[code]
    )  # fmt: skip


def _scan_end(state: State, event: ScanReturned | ScanFailed) -> tuple[Event, ...]:
    if event.scan != state.scan or state.waiting:
        return ()
    done = ScanCompleted(scan=state.scan, batches=state.batches, failed=state.failed, quoted=state.quoted)
    return (done, *_safe_mode_change(_completed(state, done), event))


def _safe_mode_change(state: State, event: ScanReturned | ScanFailed) -> tuple[Event, ...]:
    """As the counts stand after a scan, the last answer of which is `event`."""
    interval_s = state.settings.monitor.scan_interval_sec
    if state.safe_interval_s and state.good_scans >= GOOD_SCANS:
        return (SafeModeLeft(interval_s=interval_s),)
    if not state.bad_scans or state.bad_scans % FAILED_SCANS_MAX:
        return ()
    doubled_s = min(2 * (state.safe_interval_s or interval_s), max(INTERVAL_MAX_S, interval_s))
    if state.safe_interval_s:
        return (ScanSlowed(interval_s=doubled_s),) if doubled_s != state.safe_interval_s else ()
    why = event.reason if isinstance(event, ScanFailed) else "most batches failed"
    return (SafeModeEntered(reason=f"{state.bad_scans} scans in a row failed: {why}", interval_s=doubled_s),)


def _batch_asked(state: State, event: ScanRequested) -> State:
    if event.batch > 1:
        return replace(state, waiting=(*state.waiting, event.batch))
    return replace(
        state, scan=event.scan, scan_asked_at=state.now, waiting=(1,), batches=event.batches, failed=0, quoted=0
    )


def _batch_answered(state: State, scan: int, batch: int, *, failed: int = 0, quoted: int = 0) -> State:
    if scan != state.scan:
        return state
    waiting = tuple(other for other in state.waiting if other != batch)
    return replace(state, waiting=waiting, failed=state.failed + failed, quoted=state.quoted + quoted)


LISTENS: tuple[type[Event], ...] = (
    RunStarted, UniverseLoaded, ClockTicked, ScanReturned, ScanFailed, DailyBarsReturned, DailyBarsFailed,
)  # fmt: skip

CORE = Core(name="scan", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class ScanActor(CoreActor):
    """Hands the core's durable questions to the REST port."""

    core = CORE

    def __init__(self, state: State, journal: Journal, mailbox: Mailbox, rest: Rest) -> None:
        super().__init__(state, journal, mailbox)
        self._rest = rest

    def perform(self, record: Record) -> None:
        """Asks KIS."""
        if isinstance(record.event, ScanRequested | BaselineRequested):
            self._rest.ask(record)
