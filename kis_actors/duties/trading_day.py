"""Today, as ScanActor has prepared it: the session, the codes to watch, and their averages.

Preparation begins at half past eight: KIS's calendar, the universe, who trades on NXT; `averages.py` has the bars.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.kis.rest import market_division, opens_of, quotes_of
from kis_actors.market.overlay import disagreements, overlaid
from kis_actors.market.sessions import Calendar, Session, is_open, is_weekend, session_on
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    BaselineRequested,
    BaselinesCompleted,
    CalendarDisputed,
    ClockTicked,
    DailyBarsFailed,
    DailyBarsReturned,
    Disputed,
    Event,
    HolidaysFailed,
    HolidaysRequested,
    HolidaysReturned,
    RunStarted,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    UniverseLoaded,
    UniverseRefused,
    UniverseRequested,
    VenuesFailed,
    VenuesLoaded,
    VenuesRequested,
    VenuesReturned,
)
from kis_actors.policies.averages import Averages
from kis_actors.policies.chores import Chores
from kis_actors.settings import Settings
from kis_actors.units import KST, log_day_of

CODES_PER_CALL = 30
"""KIS's limit for intstock-multprice."""
PREPARE_AT = time(8, 30, tzinfo=KST)
PREPARE_AHEAD_S = 1800
CLOSING_PRINT_S = 60


class TradingDay(Struct, frozen=True, kw_only=True):
    """What is known of today.

    kis_opens: what KIS last said of open days. session: None on a day without one.
    open_day: the day whose session was said to be open. is_universe_fresh: it was read since preparation began.
    disputed: the days of which a person knows that KIS has them otherwise.
    said_missing: the codes without an average that were told of; None before all are known.
    """

    settings: Settings = Settings()
    calendar: Calendar = Calendar()
    kis_opens: dict[date, bool] = {}
    codes: tuple[str, ...] = ()
    now: datetime | None = None
    day: date | None = None
    session: Session | None = None
    open_day: date | None = None
    chores: Chores = Chores()
    is_universe_fresh: bool = False
    averages: Averages = Averages()
    said_missing: tuple[str, ...] | None = None
    disputed: tuple[Disputed, ...] = ()

    def is_open(self) -> bool:
        """Whether the market is."""
        return self.now is not None and is_open(self.now, self.session)

    def is_over(self) -> bool:
        """Whether the session that was said to be open is, its closing print included."""
        session, now = self.session, self.now
        if session is None or now is None or session.day != self.open_day:
            return False
        return now >= session.closes + timedelta(seconds=CLOSING_PRINT_S)

    def is_quotable(self, code: str) -> bool:
        """Whether a quote of `code` can come: on NXT alone only of the codes it trades, as far as is known."""
        is_nxt = market_division(self.settings.market.hours) == "NX"
        return not is_nxt or bool(self.chores.venues_failed) or code in self.chores.on_nxt

    def batches_of(self, codes: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The codes of one call each: 250 codes are 9 calls. Paper has no batch quote, so there each code is one."""
        settings = self.settings
        size = 1 if settings.kis.env == "paper" else min(settings.monitor.rest_batch_size, CODES_PER_CALL)
        return [codes[first : first + size] for first in range(0, len(codes), size)]


def evolve(today: TradingDay, event: Event) -> TradingDay:
    """What is known after `event`."""
    match event:
        case ClockTicked():
            return _at(today, event.now)
        case RunStarted():
            return _started(today, event)
        case SettingsChanged():
            return replace(today, settings=event.settings)
        case SessionOpened() | SessionClosed():
            return replace(today, open_day=event.day if isinstance(event, SessionOpened) else None)
        case BaselineRequested():
            return replace(today, averages=today.averages.requested(event.code))
        case DailyBarsReturned() | DailyBarsFailed():
            return replace(today, averages=today.averages.answered(event.code))
        case BaselineMissing() if event.may_come:
            return replace(today, averages=today.averages.gave_up(event.code, today.now))
        case BaselineLoaded() | BaselineMissing():
            closes_won = event.closes_won if isinstance(event, BaselineLoaded) else ()
            return replace(today, averages=today.averages.known(event.code, closes_won))
        case BaselinesCompleted():
            return replace(today, said_missing=event.missing)
    return _with_chore(today, event)


def _with_chore(today: TradingDay, event: Event) -> TradingDay:
    chores = today.chores
    match event:
        case HolidaysRequested():
            return replace(today, chores=chores.asked("holidays"))
        case HolidaysReturned():
            kis_opens = opens_of(event.rows.each())
            return _with_session(replace(today, chores=chores.answered("holidays"), kis_opens=kis_opens))
        case HolidaysFailed():
            return replace(today, chores=chores.answered("holidays"))
        case CalendarDisputed():
            still = tuple(one for one in today.disputed if today.day is None or one.day >= today.day)
            return replace(today, disputed=(*still, *event.days))
        case UniverseRequested():
            return replace(today, chores=chores.asked("universe"))
        case UniverseLoaded():
            codes = tuple(stock.code for stock in event.stocks)
            return replace(today, chores=chores.answered("universe"), is_universe_fresh=True, codes=codes)
        case UniverseRefused():
            return replace(today, chores=chores.answered("universe"), is_universe_fresh=True)
        case VenuesRequested():
            return replace(today, chores=chores.venues_asked(event.batch, today.now))
        case VenuesReturned():
            return replace(today, chores=chores.venues_answered(event.batch, tuple(quotes_of(event.rows.each()))))
        case VenuesFailed():
            return replace(today, chores=chores.venues_answered(event.batch, None))
    return today


def _at(today: TradingDay, now: datetime) -> TradingDay:
    was, day = today.now, log_day_of(now)
    today = replace(today, now=now, averages=today.averages.at(now))
    if day != today.day:
        is_first = today.day is None
        averages = today.averages.on_another_day()
        today = _with_session(replace(today, day=day, averages=averages, chores=Chores(), said_missing=None))
        is_fresh = today.is_universe_fresh and (is_first or now < _prepare_from(today))
        return replace(today, is_universe_fresh=is_fresh)
    if was and was < _prepare_from(today) <= now:
        today = replace(today, chores=today.chores.renewed(), is_universe_fresh=False)
    return today


def _started(today: TradingDay, event: RunStarted) -> TradingDay:
    """What the run before asked is not answered any more."""
    chores, averages = today.chores.restarted(), today.averages.restarted()
    today = replace(today, settings=event.settings, calendar=event.calendar, chores=chores, averages=averages)
    return _with_session(today)


def _with_session(today: TradingDay) -> TradingDay:
    """KIS's word stands over the holiday table; what config/market.yaml says itself stands over both."""
    market, calendar = today.settings.market, overlaid(today.calendar, today.kis_opens)
    if today.day is None:
        return today
    session = session_on(today.day, market.hours, calendar, after_market=market.after_market)
    return replace(today, session=session)


def _prepare_from(today: TradingDay) -> datetime:
    assert today.day is not None
    return _prepare_at(today.day, today.session.opens if today.session else None)


@lru_cache(maxsize=16)
def _prepare_at(day: date, opens: datetime | None) -> datetime:
    """Half past eight, or half an hour before an earlier open. Remembered: it is asked for at every tick."""
    at = datetime.combine(day, PREPARE_AT)
    return min(at, opens - timedelta(seconds=PREPARE_AHEAD_S)) if opens else at


# --- the steps of deciding


def session_change(today: TradingDay, event: Event) -> tuple[Event, ...]:
    """The session opens and closes by the clock."""
    session, now = today.session, today.now
    if not isinstance(event, ClockTicked):
        return ()
    if today.open_day and (session is None or session.day != today.open_day):
        return (SessionClosed(day=today.open_day),)
    if session is None or now is None:
        return ()
    if today.is_over():
        return (SessionClosed(day=session.day),)
    if not today.open_day and is_open(now, session):
        return (_opened(session),)
    return ()


def _opened(session: Session) -> SessionOpened:
    return SessionOpened(
        day=session.day, opens=session.opens, closes=session.closes,
        regular_opens=session.regular_opens, regular_closes=session.regular_closes,
    )  # fmt: skip


def chores_due(today: TradingDay, event: Event) -> tuple[Event, ...]:
    """From half past eight on: KIS's calendar on any weekday, the rest on days with a session."""
    if not isinstance(event, ClockTicked) or today.day is None or today.now is None:
        return ()
    if today.now < _prepare_from(today):
        return ()
    return (*_holidays_due(today, today.day), *(_universe_due(today, today.day) if is_preparing(today) else ()))


def _holidays_due(today: TradingDay, day: date) -> tuple[Event, ...]:
    market, is_real = today.settings.market, today.settings.kis.env == "real"
    is_wanted = is_real and market.ask_holidays and market.hours != "always" and not is_weekend(day)
    return (HolidaysRequested(day=day),) if is_wanted and today.chores.is_due("holidays") else ()


def _universe_due(today: TradingDay, day: date) -> tuple[Event, ...]:
    """The universe again if it was read before today's preparation; and who of it trades on NXT, where that matters."""
    chores, is_daily = today.chores, today.settings.universe.update == "daily"
    if chores.is_due("universe") and (is_daily or not today.is_universe_fresh):
        return (UniverseRequested(day=day),)
    is_known = market_division(today.settings.market.hours) == "J" or chores.is_open("universe")
    if is_known or today.now is None or not chores.are_venues_due(today.now):
        return ()
    batches = today.batches_of(today.codes)
    return tuple(
        VenuesRequested(batch=number, batches=len(batches), codes=codes)
        for number, codes in enumerate(batches, start=1)
    )  # fmt: skip


def disputes(today: TradingDay, event: Event) -> tuple[CalendarDisputed, ...]:
    """Where KIS's calendar is another than ours, as far as nobody was told yet."""
    if not isinstance(event, HolidaysReturned) or today.day is None:
        return ()
    found = disagreements(today.calendar, today.kis_opens, start=today.day)
    days = tuple(Disputed(one.day, one.ours, one.theirs, one.is_ours_kept) for one in found)
    news = tuple(one for one in days if one not in today.disputed)
    return (CalendarDisputed(days=news),) if news else ()


def venues(today: TradingDay, event: Event) -> tuple[VenuesLoaded, ...]:
    """Who trades on NXT, once every batch is answered."""
    is_answer = isinstance(event, VenuesReturned | VenuesFailed)
    if not is_answer or today.chores.venues_waiting or today.day is None:
        return ()
    return (VenuesLoaded(day=today.day, on_nxt=today.chores.on_nxt, is_complete=not today.chores.venues_failed),)


def is_preparing(today: TradingDay) -> bool:
    """On a day with a session, until its close; an average is of no use after it."""
    session, now = today.session, today.now
    return session is not None and now is not None and _prepare_from(today) <= now < session.closes


HEARD: tuple[type[Event], ...] = (
    RunStarted, SettingsChanged, UniverseLoaded, UniverseRefused, ClockTicked, HolidaysReturned, HolidaysFailed,
    VenuesReturned, VenuesFailed, DailyBarsReturned, DailyBarsFailed,
)  # fmt: skip
STEPS = (session_change, chores_due, disputes, venues)
