"""A log of several days, each going on where the one before ended, as the daemon leaves them."""

from datetime import date, timedelta
from pathlib import Path

from days import played, rows_of
from facts import DAY

from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Writer
from kis_actors.cores import CORES
from kis_actors.day_files import BULK, open_day


def days_from(count: int) -> tuple[date, ...]:
    """So many days on end, from DAY on."""
    return tuple(DAY + timedelta(days=number) for number in range(count))


def log_of(data_dir: Path, count: int) -> tuple[date, ...]:
    """The first day is full of events; the others have what is carried over, and a few more rows."""
    first, *others = days_from(count)
    writer = Writer.create(
        path_of(data_dir, first), day=first.isoformat(), last_seq=0, chain=START, bulk=BULK, durability="normal"
    )
    for unit in played(seed=1).units:
        writer.append(rows_of(unit))
    writer.close()
    for day in others:
        goes_on(open_day(data_dir, day, CORES, "normal").path)
    return (first, *others)


def unnoted(freed_bytes: int) -> None:
    """Nobody is told what is removed."""


def goes_on(path: Path) -> None:
    """Ten ticks more."""
    writer = Writer(path, "normal")
    seq, at_ns = writer.last_seq, 1_795_100_000_000_000_000
    payload = b'{"now":"2026-11-20T05:00:00+09:00"}'
    ticks = [Row(seq + number, "clock", "ClockTicked", 1, 0, at_ns, payload) for number in range(1, 11)]
    writer.append(ticks)
    writer.close()
