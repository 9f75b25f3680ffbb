"""Opens the log of a day for a run: finds what came before, carries state over from an earlier day, rebuilds.

Nothing is written to a file before it is known to be whole.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from eventlog.aside import copy_aside, has_loose_end
from eventlog.codec import UnknownEvent
from eventlog.day import HOT, days_in, kept_of, path_of, unfinished_of
from eventlog.integrity import START
from eventlog.mark import mark_path_of
from eventlog.reading import open_reader
from eventlog.schema import Row
from eventlog.snapshot import read_snapshot
from eventlog.store import Durability, Writer
from eventlog.trouble import disk_trouble
from kis_actors.fingerprint import code_fingerprint
from kis_actors.log_views import VIEWS
from kis_actors.long_logs import checked_and_rebuilt
from kis_actors.messages import NAMES, ClockTicked, Event, FrameReceived, NotifyRequested
from kis_actors.recovery import (
    CODEC,
    Rebuilt,
    Undecided,
    Unreadable,
    carried,
    rebuilt_from,
)
from kis_actors.turn import Core

CARRY_STREAM = "carried"
BULK = tuple(NAMES[kind][0] for kind in (FrameReceived, ClockTicked))
"""What most records are. What is looked for in a log is never of these."""


class Damaged(Exception):
    """A day file is not what was written, and nothing was written to it; says from where on, and what to do.

    Its first sentence says what is wrong, the same each time.
    """


class OtherVersion(Exception):
    """The log is whole, but another version wrote it, from which this one cannot go on; says what to do."""


class Opening(NamedTuple):
    """What a run starts from.

    found: what became of the log of the run before, if it died.
    """

    path: Path
    states: dict[str, Any]
    undecided: tuple[Undecided, ...]
    last_at_ns: int
    found: str

    @property
    def in_doubt(self) -> tuple[NotifyRequested, ...]:
        """Messages the run before asked for, without an outcome in the log: those NotifyActor has open.

        What follows only now from the last records was asked of nobody yet.
        """
        late = [event for undecided in self.undecided for event in undecided.events]
        return tuple(asked for asked in self.states["notify"].open.values() if asked not in late)


def day_to_open(data_dir: Path, today: date, warn: Callable[[str], None]) -> date:
    """The latest day that has a file, if the clock is behind it: what was sealed is not gone on with."""
    day = max((today, *days_in(data_dir)))
    if day > today:
        warn(f"warning: the clock shows {today}, but the log is at {day}; going on with that day")
    return day


def open_day(data_dir: Path, day: date, cores: tuple[Core, ...], durability: Durability) -> Opening:
    """The state to start from, and the file to go on in; a new file opens with the state of the one before.

    Raises Damaged, OtherVersion, or eventlog.trouble.DiskTrouble.
    """
    path = path_of(data_dir, day)
    try:
        with disk_trouble(path):
            return _opened(path, data_dir, day, cores, durability)
    except (Unreadable, UnknownEvent) as problem:
        raise OtherVersion(
            f"{problem}. The log is whole, and nothing was written to it. Start the version that wrote it (kis-actors "
            f"events {day} --type RunStarted names it), or one that reads what it wrote"
        ) from None


def _opened(path: Path, data_dir: Path, day: date, cores: tuple[Core, ...], durability: Durability) -> Opening:
    earlier = [other for other in days_in(data_dir) if other < day]
    _require_that_none_was_here(path)
    _require_unsealed(data_dir, *(earlier[-1:] if not path.exists() else ()), day)
    if not path.exists() and not earlier:
        Writer.create(
            path, day=day.isoformat(), last_seq=0, chain=START, bulk=BULK, views=VIEWS, durability=durability
        ).close()
    before = path if path.exists() else path_of(data_dir, earlier[-1])
    rebuilt, found = inspected(before, cores)
    if before != path:
        rebuilt = _finish(before, cores, durability, rebuilt)
        _carry_over(before, path, day, rebuilt, durability)
    return Opening(path, rebuilt.states, rebuilt.undecided, rebuilt.last_at_ns, found)


def inspected(path: Path, cores: tuple[Core, ...]) -> tuple[Rebuilt, str]:
    """The states at the end of the file; and what is found of one whose writer died, "" of one that ended.

    What comes before its snapshot, if it has one that fits, is neither looked at nor read. Raises Damaged if the file
    is not whole.
    """
    has_died = has_loose_end(path)
    kept = f"; {copy_aside(path)}" if has_died else ""
    verdict, rebuilt = checked_and_rebuilt(path, cores, read_snapshot(path, code_fingerprint()))
    if finding := verdict.finding:
        way_out = f"kis-actors repair {path.stem} --truncate-after {finding.seq - 1}"
        raise Damaged(
            f"{path}: {finding.what}. Nothing was written to it{kept}. All about it: kis-actors verify {path.stem}. "
            f"To go on with what is whole: {way_out}"
        )
    found = f"the run before died; its log is whole up to record {verdict.last_seq}{kept}" if has_died else ""
    return rebuilt(), found


def _require_that_none_was_here(path: Path) -> None:
    """A mark without its file: if the file was not just being made, it was there."""
    mark = mark_path_of(path)
    if mark.exists() and not path.exists() and not unfinished_of(path).exists():
        raise Damaged(f"{path} is gone, but {mark.name} beside it shows that it was there. Put it back; or remove the "
                      f"mark, and the day begins anew with the state of the day before")  # fmt: skip


def _require_unsealed(data_dir: Path, *days: date) -> None:
    """The log goes on in, or after, a file that is not sealed: one is, only after a later day has begun."""
    for path in (kept_of(data_dir, day) for day in days):
        if path.exists() and path.suffix != HOT:
            way_out = f"To go on after it: kis-actors repair {path.stem} --truncate-after {_last_seq(path)}"
            raise Damaged(f"{path} is sealed, so a later day was there, which is gone. Put its file back. {way_out}")


def _last_seq(path: Path) -> int:
    with open_reader(path) as reader:
        return reader.last_commit()[0]


def _finish(path: Path, cores: tuple[Core, ...], durability: Durability, rebuilt: Rebuilt) -> Rebuilt:
    """Writes what an earlier day's last run did not come to decide into that day's own file, until nothing is left."""
    while rebuilt.undecided:
        writer = Writer(path, durability)
        for undecided in rebuilt.undecided:
            writer.append(_rows(*undecided, writer.last_seq, rebuilt.last_at_ns))
        writer.close()
        rebuilt = rebuilt_from(path, cores, read_snapshot(path, code_fingerprint()))
    return rebuilt


def _carry_over(before: Path, path: Path, day: date, rebuilt: Rebuilt, durability: Durability) -> None:
    old = Writer(before, durability)
    last_seq, chain = old.last_seq, old.chain
    old.close()
    opening = _rows(CARRY_STREAM, carried(rebuilt.states), 0, last_seq, rebuilt.last_at_ns)
    Writer.create(
        path, day=day.isoformat(), last_seq=last_seq, chain=chain, opening=opening, bulk=BULK,
        views=VIEWS, durability=durability,
    ).close()  # fmt: skip


def _rows(stream: str, events: tuple[Event, ...], cause: int, last_seq: int, at_ns: int) -> list[Row]:
    encoded = [CODEC.encode(event) for event in events]
    return [
        Row(last_seq + number, stream, name, version, cause, at_ns, payload)
        for number, (name, version, payload) in enumerate(encoded, start=1)
    ]
