"""The averages of the day: daily bars few at a time, and what becomes of the answers."""

from datetime import date, timedelta

from kis_actors.duties.trading_day import TradingDay, is_preparing
from kis_actors.kis.rest import bars_of, quotes_in
from kis_actors.market.baseline import closes_needed
from kis_actors.messages import (
    BaselineLoaded,
    BaselineMissing,
    BaselineRequested,
    BaselinesCompleted,
    DailyBarsFailed,
    DailyBarsReturned,
    Event,
    ScanReturned,
)


def averages(today: TradingDay, event: Event) -> tuple[Event, ...]:
    """The average in an answer, or that there will be none; and those a scan shows to be on another basis."""
    match event:
        case DailyBarsReturned() if today.day:
            return (_baseline(today, event, today.day),)
        case DailyBarsFailed() if today.day and today.averages.is_given_up(event.code):
            return (BaselineMissing(code=event.code, day=today.day, reason=event.reason),)
        case ScanReturned() if today.day:
            return _corrections(today, event, today.day)
    return ()


def _baseline(today: TradingDay, event: DailyBarsReturned, day: date) -> BaselineLoaded | BaselineMissing:
    signal = today.settings.monitor.signal
    bars = bars_of(event.rows.each(), day)
    closes = tuple(bar.close_won for bar in bars)[-signal.ma_days :]
    needed = closes_needed(signal.ma_days, signal.ma_includes_today)
    if len(closes) < needed:
        return BaselineMissing(code=event.code, day=day, reason=f"{len(closes)} closes, {needed} needed")
    last = bars[-1]
    return BaselineLoaded(code=event.code, day=day, closes_won=closes, high_won=last.high_won, low_won=last.low_won)


def _corrections(today: TradingDay, event: ScanReturned, day: date) -> tuple[BaselineLoaded | BaselineMissing, ...]:
    """Said before anybody ranks: after a split or a rights issue old closes are no measure of today's price."""
    reason = "its closes are on another basis than its price"
    quotes = quotes_in(event.rows.columns, event.rows.values)
    return tuple(
        BaselineLoaded(code=code, day=day, closes_won=closes_won) if closes_won
        else BaselineMissing(code=code, day=day, reason=reason)
        for code, closes_won in today.averages.corrections(quotes).items()
    )  # fmt: skip


def averages_complete(today: TradingDay, event: Event) -> tuple[BaselinesCompleted, ...]:
    """With the last answer about daily bars, and again if a scan shows that an average is none."""
    is_told = isinstance(event, DailyBarsReturned | DailyBarsFailed) or today.said_missing is not None
    missing = today.averages.missing(today.codes) if is_told and today.codes else None
    if missing is None or today.day is None:
        return ()
    newly = tuple(code for code in missing if code not in (today.said_missing or ()))
    if today.said_missing is not None and not newly:
        return ()
    loaded = len(today.codes) - len(missing)
    return (BaselinesCompleted(day=today.day, loaded=loaded, missing=missing, newly=newly),)


def averages_due(today: TradingDay, event: Event) -> tuple[BaselineRequested, ...]:
    """The next daily bars to ask for, few at a time."""
    if today.day is None or not is_preparing(today):
        return ()
    answered = event.code if isinstance(event, DailyBarsReturned | DailyBarsFailed) else ""
    return tuple(_bars_wanted(today, code, today.day) for code in today.averages.to_ask(today.codes, answered))


def _bars_wanted(today: TradingDay, code: str, day: date) -> BaselineRequested:
    """Twice as many calendar days as closes, and two weeks more: the longest closures fit in."""
    back_days = 2 * today.settings.monitor.signal.ma_days + 14
    return BaselineRequested(code=code, start=day - timedelta(days=back_days), end=day - timedelta(days=1))


STEPS = (averages, averages_complete, averages_due)
