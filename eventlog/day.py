"""Where the log is: one file for each log day in the folder `events` of the data directory.

`2026-11-20.db` is written and read. `2026-11-20.sealed` holds the same rows for good, in an eighth of the room, and
`2026-11-20.decisions` what stays of a day whose other rows were given up.
"""

from datetime import date
from pathlib import Path

HOT, SEALED, DECISIONS = ".db", ".sealed", ".decisions"
KINDS = (HOT, SEALED, DECISIONS)
"""What a day may be kept as; what comes first is read, if a day has several."""


def path_of(data_dir: Path, day: date) -> Path:
    """The file in which `day` is written, which may not exist."""
    return data_dir / "events" / f"{day.isoformat()}{HOT}"


def unfinished_of(path: Path) -> Path:
    """Where the day file `path` is while it is made."""
    return path.with_suffix(".new")


def files_of(data_dir: Path, day: date) -> tuple[Path, ...]:
    """What there is of `day`, the one to read first."""
    kinds = (path_of(data_dir, day).with_suffix(kind) for kind in KINDS)
    return tuple(path for path in kinds if path.exists())


def kept_of(data_dir: Path, day: date) -> Path:
    """The file to read `day` from; where it would be written if there is none."""
    return next(iter(files_of(data_dir, day)), path_of(data_dir, day))


def days_in(data_dir: Path) -> tuple[date, ...]:
    """The days that have a file, oldest first; other files are none of ours and are left alone."""
    found = {_day_of(path) for kind in KINDS for path in (data_dir / "events").glob(f"*{kind}")}
    return tuple(sorted(day for day in found if day))


def days_gone_in(data_dir: Path) -> tuple[date, ...]:
    """The days of which a mark shows that there was a file, and there is none, nor one just being made."""
    marks = [path for path in (data_dir / "events").glob("*.mark") if not unfinished_of(path).exists()]
    marked = sorted(day for day in map(_day_of, marks) if day)
    there = days_in(data_dir)
    return tuple(day for day in marked if day not in there)


def _day_of(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
