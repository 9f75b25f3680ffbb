"""Which day file a command reads, up to which moment, and how what it finds is written."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

from eventlog.day import DECISIONS, days_in
from kis_actors.adapters.clock import Clock
from kis_actors.commands.run import load_settings
from kis_actors.recovery import day_file
from kis_actors.units import KST, log_day_of


def file_of(
    config: Path | None, data_dir: Path | None, day: date | None, *, needs_all: bool = False
) -> tuple[Path, date]:
    """The day file to read: today's, or the latest if there is none of today, which is said.

    Raises FileNotFoundError, also for a day of which not all is kept, if all is needed.
    """
    settings = load_settings(config, data_dir, ()).settings
    directory = Path(settings.log.data_dir)
    days = days_in(directory)
    today = log_day_of(Clock(settings.clock).now())
    if day is None and days and today not in days:
        click.echo(f"no log of today, {today}; showing {days[-1]}", err=True)
        day = days[-1]
    path = day_file(directory, day or today)
    if needs_all and path.suffix == DECISIONS:
        raise FileNotFoundError(f"of {path.stem} only what was decided is kept, which alerts and events show")
    return path, day or today


def instant_of(text: str | None, day: date) -> datetime | None:
    """`HH:MM:SS[.ffffff]` on `day` (before 06:00: the morning after), or an ISO 8601 instant. Raises ValueError."""
    if text is None:
        return None
    if re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", text):
        instant = datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=KST)
        return instant if log_day_of(instant) == day else instant + timedelta(days=1)
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=KST)


def json_of(value: Any) -> str:
    """`value` as one line of JSON."""
    return msgspec.json.encode(value).decode()


def plain(text: str) -> str:
    """`text` without the control characters that could take over a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)
