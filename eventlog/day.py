"""Where day files are: `events/2026-11-20.db` in the data directory, one for each log day."""

from datetime import date
from pathlib import Path


def path_of(data_dir: Path, day: date) -> Path:
    """The file of `day`, which may not exist."""
    return data_dir / "events" / f"{day.isoformat()}.db"


def unfinished_of(path: Path) -> Path:
    """Where the day file `path` is while it is made."""
    return path.with_suffix(".new")


def days_in(data_dir: Path) -> tuple[date, ...]:
    """The days that have a file, oldest first; other files are none of ours and are left alone."""
    return tuple(sorted(day for day in map(_day_of, (data_dir / "events").glob("*.db")) if day))


def _day_of(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
