"""A long day file, done by two processes at once: checked and rebuilt for a start, or replayed.

Actors share nothing but the log, so each may be folded anywhere; what comes out is what one process would find.
"""

import os
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from eventlog.codec import UnknownEvent
from eventlog.reading import length_of
from eventlog.snapshot import Snapshot
from eventlog.trouble import FAILING
from eventlog.verdict import Verdict, verdict_on
from kis_actors.frames_read import FrameRead
from kis_actors.messages import FrameReceived, Record
from kis_actors.recovery import Folding, Rebuilt, Unreadable, history_of, known_from, rebuilt_from
from kis_actors.replay import Comparing, Comparison, Progress, Turn, compare
from kis_actors.turn import Core
from kis_actors.units import ns_of_instant

Cores = tuple[Core, ...]
LONG = 100_000
"""Records to read. Another process begins to be of use only after half a second."""
HERE = ("scan", "signal")
"""Who is folded in this process: one hears every frame, both every scan. All else takes as long, with the check."""
UNFIT = (OSError, ImportError, BrokenExecutor, Unreadable, UnknownEvent, *FAILING)
"""No room, or no right, for another process; or a file that is not as it should be: of that, one finds out all."""


def checked_and_rebuilt(path: Path, cores: Cores, snapshot: Snapshot | None) -> tuple[Verdict, Callable[[], Rebuilt]]:
    """What is to be said of the file from its snapshot on and, if nothing is wrong with it, the states at its end."""
    after = snapshot.seq - 1 if snapshot else 0  # the snapshot's last record is read for its time
    if _is_long(path, after):
        with suppress(*UNFIT):
            from kis_actors.read_ahead import Span, by_two  # which loads what can reach the network

            others, busy = _shared_out(cores)
            theirs, ours = partial(_folding, path, others, snapshot), _folding(path, busy, snapshot)
            verdict, *parts = by_two(path, Span(after), theirs, ours)
            if verdict.finding is None:
                return verdict, lambda: _rebuilt(cores, *parts)
    return verdict_on(path, after=after), lambda: rebuilt_from(path, cores, snapshot)


def compared(cores: Cores, path: Path, until: datetime | None, progress: Progress) -> Comparison:
    """The replay of a day."""
    if _is_long(path, 0):
        with suppress(*UNFIT):
            from kis_actors.read_ahead import Span, by_two  # which loads what can reach the network

            others, busy = _shared_out(cores)
            theirs, ours = partial(Comparing, others, path, until), Comparing(busy, path, until)
            span = Span(until_ns=ns_of_instant(until) if until else None)
            verdict, *parts = by_two(path, span, theirs, ours, progress)
            if verdict.finding is None:
                return _compared(cores, *parts)
    return compare(cores, path, until, progress)


def cores_there_are() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_long(path: Path, after: int) -> bool:
    return length_of(path, after) >= LONG and cores_there_are() > 1


def _shared_out(cores: Cores) -> tuple[Cores, Cores]:
    """For the other process, and for this one."""
    return tuple(core for core in cores if core.name not in HERE), tuple(core for core in cores if core.name in HERE)


def _folding(path: Path, cores: Cores, snapshot: Snapshot | None) -> Folding:
    known = known_from(cores, snapshot)
    return Folding(cores, history_of(path, cores, known), known)


def _rebuilt(cores: Cores, theirs: Rebuilt, ours: Rebuilt) -> Rebuilt:
    """As if one process had rebuilt all: what is undecided, by its cause and in the order of the actors."""
    order = [core.name for core in cores]
    states = theirs.states | ours.states
    undecided = sorted((*theirs.undecided, *ours.undecided), key=lambda one: (one.cause, order.index(one.stream)))
    return Rebuilt({name: states[name] for name in order}, tuple(undecided), ours.last_seq, ours.last_at_ns)


def _compared(cores: Cores, theirs: Comparison, ours: Comparison) -> Comparison:
    """As if one process had compared all."""
    order = [core.name for core in cores]

    def place(turn: Turn) -> tuple[bool, int, int]:
        return turn.heard is None, turn.cause, order.index(turn.stream)

    first = min((one.first for one in (theirs, ours) if one.first), key=place, default=None)
    decisions, differing = theirs.decisions + ours.decisions, theirs.differing + ours.differing
    return Comparison(ours.records, decisions, differing, first and _as_logged(first))


def _as_logged(turn: Turn) -> Turn:
    """What was heard, as it stands in the log."""
    heard = turn.heard
    if heard is None or not isinstance(heard.event, FrameRead):
        return turn
    event = FrameReceived(link=heard.event.link, text=heard.event.text)
    return turn._replace(heard=Record(heard.seq, heard.stream, heard.cause, heard.at_ns, event))
