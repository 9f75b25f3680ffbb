"""The state of every actor out of the log: after a crash, at any moment of a day, and for replay.

A decision counts right after its cause, wherever it stands in the log. What an actor had handled is what comes before
its last recorded decision or the last clean end; what comes after it decides again, by the same turn as ever.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from eventlog.codec import Codec
from eventlog.day import days_in, kept_of
from eventlog.reading import open_reader
from eventlog.schema import Row
from eventlog.snapshot import Snapshot
from kis_actors.messages import (
    NAMES,
    Event,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
    RunEnded,
    StateCarried,
)
from kis_actors.turn import Core, count_decisions, hearers_of, take_turn

CODEC: Codec[Event] = Codec(NAMES)

Decisions = dict[tuple[str, int], tuple[Event, ...]]
"""What the log says was decided: by stream and cause."""


class Undecided(NamedTuple):
    """What follows from a record whose turn the log does not have; still to be written."""

    stream: str
    events: tuple[Event, ...]
    cause: int


class Rebuilt(NamedTuple):
    """The actors' states by name, what they decided that is not in the log yet, and the last record they know of."""

    states: dict[str, Any]
    undecided: tuple[Undecided, ...]
    last_seq: int
    last_at_ns: int


class Known(NamedTuple):
    """Where the actors begin: their states, by name, and up to which record each of them goes."""

    states: dict[str, Any] = {}  # noqa: RUF012 - never changed
    seqs: dict[str, int] = {}  # noqa: RUF012

    @property
    def seq(self) -> int:
        """Up to here nobody needs the log."""
        return min(self.seqs.values(), default=0)


NOTHING = Known()


class History(NamedTuple):
    """What a day file says beyond its inputs. handled: per actor, the last seq whose turn is surely in the log."""

    decisions: Decisions
    handled: dict[str, int]


def record_of(row: Row) -> Record:
    """The record a row holds. Raises eventlog.codec.UnknownEvent, or ValueError for a payload that is none."""
    seq, stream, kind, version, cause, at_ns, payload = row
    try:
        event = CODEC.decode(kind, version, payload)
    except msgspec.DecodeError as problem:
        raise ValueError(f"record {seq}: {kind} cannot be read: {problem}") from None
    return Record(seq=seq, stream=stream, cause=cause, at_ns=at_ns, event=event)


def records_in(path: Path, **filters: Any) -> Iterator[Record]:
    """The records of a day file, in order; filters as eventlog.store.Reader.rows takes them."""
    with open_reader(path) as reader:
        for row in reader.rows(**filters):
            yield record_of(row)


def history_of(path: Path, cores: tuple[Core, ...], known: Known = NOTHING) -> History:
    """What a day file says was decided beyond what is known, and up to where each actor had come."""
    names = tuple(core.name for core in cores)
    decisions: dict[tuple[str, int], list[Event]] = {}
    handled = dict.fromkeys(names, _last_clean_end(path, known.seq))
    for record in records_in(path, after=known.seq, streams=names, is_notable=True):
        decisions.setdefault((record.stream, record.cause), []).append(record.event)
        handled[record.stream] = max(handled[record.stream], record.cause)
    return History({key: tuple(events) for key, events in decisions.items()}, handled)


def rebuild(
    cores: tuple[Core, ...], records: Iterable[Record], history: History, known: Known = NOTHING
) -> Rebuilt:  # fmt: skip
    """The states after `records`: recorded decisions stand; turns the log does not have are taken now."""
    states: dict[str, Any] = {core.name: core.state() for core in cores}
    states.update(known.states)
    hearers = hearers_of(cores)
    undecided: list[Undecided] = []
    last_seq = last_at_ns = 0
    for record in records:
        last_seq, last_at_ns = record.seq, record.at_ns
        if isinstance(record.event, StateCarried):
            states.update(carried_states(cores, record.event))
        for core in hearers.get(type(record.event), ()):
            name = core.name
            if record.stream == name or last_seq <= known.seqs.get(name, 0):
                continue
            if last_seq <= history.handled[name]:
                states[name] = _again(core, states[name], record, history)
                continue
            states[name], decided = take_turn(core, states[name], record)
            if decided:
                undecided.append(Undecided(name, decided, last_seq))
    return Rebuilt(states, tuple(undecided), last_seq, last_at_ns)


def carried(states: dict[str, Any]) -> tuple[StateCarried, ...]:
    """The states as the first records of the next day file."""
    encode = msgspec.json.encode
    return tuple(StateCarried(actor=name, state=msgspec.Raw(encode(state))) for name, state in states.items())


def known_from(cores: tuple[Core, ...], snapshot: Snapshot | None) -> Known:
    """The states in `snapshot`, which is this code's own. Nothing, if an actor is not in it."""
    if snapshot is None or any(core.name not in snapshot.parts for core in cores):
        return NOTHING
    parts = snapshot.parts
    states: dict[str, Any] = {core.name: msgspec.json.decode(parts[core.name].state, type=core.state) for core in cores}
    return Known(states, {core.name: parts[core.name].seq for core in cores})


def carried_states(cores: tuple[Core, ...], event: StateCarried) -> dict[str, Any]:
    """The state a new day file opens with for one actor, by its name."""
    return {core.name: msgspec.json.decode(event.state, type=core.state) for core in cores if core.name == event.actor}


def in_doubt(path: Path) -> tuple[NotifyRequested, ...]:
    """What channels were asked to tell, without an outcome in the log."""
    open_: dict[tuple[str, str, int], NotifyRequested] = {}
    kinds = [NAMES[kind][0] for kind in (NotifyRequested, NotifySent, NotifyFailed, NotifyUnknown)]
    for record in records_in(path, types=kinds):
        match record.event:
            case NotifyRequested() as asked:
                open_[(asked.alert_id, asked.channel, asked.attempt)] = asked
            case NotifySent() | NotifyFailed() | NotifyUnknown() as outcome:
                open_.pop((outcome.alert_id, outcome.channel, outcome.attempt), None)
    return tuple(open_.values())


def what_days(data_dir: Path) -> str:
    """The days whose logs there are, and what to do when the one that was wanted is none of them."""
    days = ", ".join(map(str, days_in(data_dir)))
    return f"days there: {days or 'none'}; name {'one of them' if days else 'the --data-dir of a daemon that ran'}"


def day_file(data_dir: Path, day: date) -> Path:
    """The file of `day`. Raises FileNotFoundError that names the days there are."""
    path = kept_of(data_dir, day)
    if not path.exists():
        raise FileNotFoundError(f"no log of {day} in {data_dir}; {what_days(data_dir)}")
    return path


def _again(core: Core, state: Any, record: Record, history: History) -> Any:
    """The state after a turn that the log has."""
    state = core.evolve(state, record.event)
    decided = history.decisions.get((core.name, record.seq))
    return count_decisions(core, state, decided) if decided else state


def _last_clean_end(path: Path, after: int) -> int:
    ends = [record.seq for record in records_in(path, after=after, types=[NAMES[RunEnded][0]])]
    return ends[-1] if ends else 0
