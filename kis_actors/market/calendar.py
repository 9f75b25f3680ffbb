"""Builds the market's calendar: KRX closures as `holidays` knows them, overridden by the text of config/market.yaml."""

from collections.abc import Iterator, Sequence
from datetime import date

import holidays
from msgspec import Struct, convert

from kis_actors.market.sessions import Calendar, SpecialHours, first_weekday_open, is_weekend
from kis_actors.yaml_file import Problem, Reading, SettingsError, read_yaml


class MarketFile(Struct, frozen=True, kw_only=True):
    """What config/market.yaml may say.

    closures: days without a session that `holidays` does not know, and why.
    open_days: days with a session that `holidays` takes for closed.
    special_sessions: KRX sessions at other hours.
    first_trading_day: hours of the first session of every year; an entry in special_sessions wins.
    """

    closures: dict[date, str] = {}
    open_days: tuple[date, ...] = ()
    special_sessions: dict[date, SpecialHours] = {}
    first_trading_day: SpecialHours | None = None


def calendar_for(years: Sequence[int], market_yaml: str, path: str = "config/market.yaml") -> Calendar:
    """The calendar of whole `years`; later days count as open on weekdays, so ask for the next year too.

    path: where the text came from, for messages. Raises `SettingsError` with every mistake in the text.
    """
    reading = read_yaml(market_yaml, MarketFile, path)
    problems = reading.problems or list(_contradictions(convert(reading.values, MarketFile), reading))
    if problems:
        raise SettingsError(tuple(problems))
    market = convert(reading.values, MarketFile)
    closures = _krx_closures(years) | market.closures
    for day in market.open_days:
        closures.pop(day, None)
    return Calendar(
        closures=closures,
        special=_first_days(years, closures, market) | market.special_sessions,
        fixed=tuple(sorted({*market.closures, *market.open_days, *market.special_sessions})),
    )


def _krx_closures(years: Sequence[int]) -> dict[date, str]:
    """Their names in English, whatever the language of this machine: they go into the log."""
    closures = holidays.financial_holidays("XKRX", years=list(years), language="en_US")
    return {day: str(name) for day, name in sorted(closures.items())}


def _first_days(years: Sequence[int], closures: dict[date, str], market: MarketFile) -> dict[date, SpecialHours]:
    if market.first_trading_day is None:
        return {}
    return {first_weekday_open(year, closures): market.first_trading_day for year in years}


def _contradictions(market: MarketFile, reading: Reading) -> Iterator[Problem]:
    for index, day in enumerate(market.open_days):
        place = reading.places[f"open_days[{index}]"]
        if is_weekend(day):
            yield Problem(*place, f"open_days: {day} is at a weekend, when no venue opens", "correct the date")
        if day in market.closures:
            yield Problem(*place, f"open_days: {day} is among the closures too", "keep one of the two")
    for day, special in market.special_sessions.items():
        place = reading.places[f"special_sessions.{day}"]
        if is_weekend(day):
            yield Problem(*place, f"special_sessions: {day} is at a weekend, when no venue opens", "correct the date")
        if special.opens >= special.closes:
            yield Problem(*place, f"special_sessions: {day} closes before it opens", "swap opens and closes")
