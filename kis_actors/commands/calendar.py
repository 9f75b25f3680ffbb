"""`kis-actors calendar`: whether the market opens on a day, when, and whose word that is."""

import sys
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from kis_actors.market.sessions import Calendar, Hours, Phase, phases_on, session_on, why_closed

COULD_NOT = 2
DAY_FILES_MAX = 7
"""As many of the newest are looked at for what KIS said; it is asked on every day the daemon runs."""
YEARS = range(2000, 2101)
"""The years whose closures `holidays` knows; of others it would call every weekday open."""


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where the log lives.")
@click.argument("days", nargs=-1, metavar="[DAY]...", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--json", "is_json", is_flag=True, help="One JSON object a line.")
def calendar(config: Path | None, data_dir: Path | None, days: tuple[datetime, ...], is_json: bool) -> None:
    """Trading days: today, or each DAY as YYYY-MM-DD; hours are KST."""
    from kis_actors.commands.reading import json_of
    from kis_actors.settings_file import SettingsError

    try:
        entries = _entries(config, data_dir, tuple(day.date() for day in days))
    except SettingsError as error:
        click.echo("\n".join(map(str, error.problems)), err=True)
        sys.exit(COULD_NOT)
    for entry in entries:
        click.echo(json_of(entry) if is_json else line_of(entry))


def entry_of(day: date, hours: Hours, known: Calendar, *, after_market: bool = False) -> dict[str, Any]:
    """What is known about `day`, in the shape that `--json` prints."""
    session = session_on(day, hours, known, after_market=after_market)
    phases = [_phase(phase) for phase in phases_on(day, hours, known)]
    if session is None:
        source = why_closed(day, known)
        return {"date": day, "open": False, "opens": None, "closes": None, "source": source, "phases": phases}
    opens, closes = f"{session.opens:%H:%M}", f"{session.closes:%H:%M}"
    return {"date": day, "open": True, "opens": opens, "closes": closes, "source": session.source, "phases": phases}


def line_of(entry: dict[str, Any]) -> str:
    """An entry for people."""
    when = f"open {entry['opens']} to {entry['closes']}" if entry["open"] else "closed"
    return f"{entry['date']:%Y-%m-%d %a}  {when:<19}  {entry['source']}"


def opens_heard(data_dir: Path) -> dict[date, bool]:
    """What KIS last told the daemon of open days, by its log; {} where none can be read."""
    from eventlog import store
    from eventlog.day import days_in, path_of

    # Whatever is wrong with the log, the calendar is known without it; `verify` is the command that tells.
    unreadable = (OSError, ValueError, store.sqlite3.Error)  # type: ignore[attr-defined]
    for day in reversed(days_in(data_dir)[-DAY_FILES_MAX:]):
        with suppress(*unreadable):
            opens = _opens_in(path_of(data_dir, day))
            if opens is not None:
                return opens
    return {}


def _opens_in(path: Path) -> dict[date, bool] | None:
    """What KIS said last in a day file; None if it was not asked."""
    from kis_actors.kis.rest import opens_of
    from kis_actors.messages import NAMES, HolidaysReturned
    from kis_actors.recovery import records_in

    opens = None
    for record in records_in(path, types=[NAMES[HolidaysReturned][0]]):
        if isinstance(record.event, HolidaysReturned):
            opens = opens_of(record.event.rows.each())
    return opens


def _phase(phase: Phase) -> dict[str, str]:
    opens, closes = (str(time).removesuffix(":00") for time in (phase.opens, phase.closes))
    return {"venue": phase.venue, "name": phase.name, "opens": opens, "closes": closes}


def _entries(config: Path | None, data_dir: Path | None, days: tuple[date, ...]) -> list[dict[str, Any]]:
    """The days' entries. Raises SettingsError for settings or a market file that cannot be used."""
    from kis_actors.adapters.clock import Clock
    from kis_actors.commands.loading import load_settings
    from kis_actors.market.calendar import calendar_for
    from kis_actors.market.overlay import overlaid
    from kis_actors.settings_file import resolve
    from kis_actors.units import log_day_of
    from kis_actors.yaml_file import read_text

    _check_years(days)
    loaded = load_settings(config, data_dir, ())
    days = days or (log_day_of(Clock(loaded.settings.clock).now()),)
    market = loaded.settings.market
    path = resolve(loaded.path, market.file)
    known = calendar_for(sorted({day.year for day in days}), read_text(path), str(path))
    if market.ask_holidays:
        known = overlaid(known, opens_heard(Path(loaded.settings.log.data_dir)))
    return [entry_of(day, market.hours, known, after_market=market.after_market) for day in days]


def _check_years(days: tuple[date, ...]) -> None:
    for day in days:
        if day.year not in YEARS:
            what = f"{day}: expected a day from {YEARS[0]} to {YEARS[-1]}, for which KRX's closures are known"
            raise click.BadParameter(what, param_hint="DAY")
