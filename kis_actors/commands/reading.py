"""Which day file a command reads, up to which moment, and how what it finds is written."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec

from eventlog.day import DECISIONS, days_in
from eventlog.schema import Row
from kis_actors.adapters.clock import Clock
from kis_actors.commands.loading import load_settings
from kis_actors.messages import NAMES, FrameReceived
from kis_actors.printable import plain
from kis_actors.recovery import day_file
from kis_actors.units import KST, log_day_of

FRAME = NAMES[FrameReceived][0]
CLOCK_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
YEARS = range(1971, 9999)
"""Beyond these, nothing can be added to or taken from an instant."""


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
    if path.suffix == DECISIONS:
        what = f"of {path.stem} only what was decided is kept"
        if needs_all:
            raise FileNotFoundError(f"{what}; see it with `kis-actors alerts` or `kis-actors events`")
        click.echo(what, err=True)
    return path, day or today


def file_until(
    config: Path | None, data_dir: Path | None, day: date | None, at: str | None, *, needs_all: bool = False
) -> tuple[Path, datetime | None]:  # fmt: skip
    """The day file to read and up to which moment; a moment with a date of its own says which day."""
    if day is None and at and not CLOCK_TIME.fullmatch(at):
        instant = instant_of(at, date.min)
        day = log_day_of(instant) if instant else None
    path, day = file_of(config, data_dir, day, needs_all=needs_all)
    return path, instant_of(at, day)


def instant_of(text: str | None, day: date) -> datetime | None:
    """`HH:MM:SS[.ffffff]` on `day` (before 06:00: the morning after), or an ISO 8601 instant. Raises ValueError."""
    if text is None:
        return None
    is_time = CLOCK_TIME.fullmatch(text)
    try:
        instant = datetime.fromisoformat(f"{day}T{text}" if is_time else text)
        if instant.year not in YEARS:
            raise ValueError
    except ValueError:
        expected = "expected HH:MM:SS[.ffffff] or an ISO 8601 instant"
        raise ValueError(f"TIME: {expected}, found {plain(text)}; write it like 09:31:07") from None
    instant = instant if instant.tzinfo else instant.replace(tzinfo=KST)
    return instant + timedelta(days=1) if is_time and log_day_of(instant) != day else instant


def is_about(row: Row, code: str) -> bool:
    """Whether the row speaks of `code`: as a JSON text, or as the code of a record in a data frame."""
    payload = row.payload.decode()
    if row.type == FRAME and f"{code}^" in payload and code in _codes_in(payload):
        return True
    return f'"{code}"' in payload or f'\\"{code}\\"' in payload


def _codes_in(payload: str) -> list[str]:
    """The first field of every record of a data frame, whatever its feed; of anything else, nothing."""
    _, _, count, fields = (payload.split("|", 3) + [""] * 3)[:4]
    each, many = fields.split("^"), int(count) if count.isdecimal() else 0
    return each[:: len(each) // many] if 0 < many <= len(each) else []


def json_of(value: Any) -> str:
    """`value` as one line of JSON."""
    return msgspec.json.encode(value).decode()
