"""`kis-actors calendar`: whether the market opens on a day, when, and whose word that is."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from kis_actors.market.sessions import Calendar, Hours, session_on, why_closed

COULD_NOT = 2
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


def entry_of(day: date, hours: Hours, known: Calendar) -> dict[str, Any]:
    """What is known about `day`, in the shape that `--json` prints."""
    session = session_on(day, hours, known)
    if session is None:
        return {"date": day, "open": False, "opens": None, "closes": None, "source": why_closed(day, known)}
    opens, closes = f"{session.opens:%H:%M}", f"{session.closes:%H:%M}"
    return {"date": day, "open": True, "opens": opens, "closes": closes, "source": session.source}


def line_of(entry: dict[str, Any]) -> str:
    """An entry for people."""
    when = f"open {entry['opens']} to {entry['closes']}" if entry["open"] else "closed"
    return f"{entry['date']:%Y-%m-%d %a}  {when:<19}  {entry['source']}"


def _entries(config: Path | None, data_dir: Path | None, days: tuple[date, ...]) -> list[dict[str, Any]]:
    """The days' entries. Raises SettingsError for settings or a market file that cannot be used."""
    from kis_actors.adapters.clock import Clock
    from kis_actors.commands.run import load_settings
    from kis_actors.market.calendar import calendar_for
    from kis_actors.settings_file import resolve
    from kis_actors.units import log_day_of
    from kis_actors.yaml_file import read_text

    _check_years(days)
    loaded = load_settings(config, data_dir, ())
    days = days or (log_day_of(Clock(loaded.settings.clock).now()),)
    path = resolve(loaded.path, loaded.settings.market.file)
    known = calendar_for(sorted({day.year for day in days}), read_text(path), str(path))
    return [entry_of(day, loaded.settings.market.hours, known) for day in days]


def _check_years(days: tuple[date, ...]) -> None:
    for day in days:
        if day.year not in YEARS:
            what = f"{day}: expected a day from {YEARS[0]} to {YEARS[-1]}, for which KRX's closures are known"
            raise click.BadParameter(what, param_hint="DAY")
