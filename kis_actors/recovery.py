"""The state of every actor out of the log: after a crash, at any moment of a day, and for replay.

A decision counts right after its cause, wherever it stands in the log. What an actor had handled is what comes before
its last recorded decision or the last clean end; what comes after it decides again, by the same turn as ever.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from eventlog.codec import Codec
from eventlog.day import days_in, kept_of
from eventlog.passage import rows_in_pieces
from eventlog.schema import Row
from eventlog.snapshot import Snapshot
from kis_actors.messages import NAMES, Event, Record, RunEnded, StateCarried
from kis_actors.turn import Core, count_decisions, hearers_of, take_turn

CODEC: Codec[Event] = Codec(NAMES)


class Unreadable(ValueError):
    """A record is not what this version takes it for, though it is as it was written: another version did."""


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


class Past(NamedTuple):
    """What a day file says of one actor. handled: the last seq whose turn is surely in it.

    decisions: by the seq of their cause.
    """

    handled: int
    decisions: dict[int, tuple[Event, ...]]


History = dict[str, Past]
"""By the actor's name."""


def record_of(row: Row) -> Record:
    """The record a row holds. Raises eventlog.codec.UnknownEvent, or Unreadable for a payload that is none."""
    seq, stream, kind, version, cause, at_ns, payload = row
    try:
        event = CODEC.decode(kind, version, payload)
    except msgspec.DecodeError as problem:
        raise Unreadable(f"record {seq}: {kind} cannot be read: {problem}") from None
    return Record(seq, stream, cause, at_ns, event)


def records_in(path: Path, **filters: Any) -> Iterator[Record]:
    """The records of a day file, in order; filters as eventlog.passage.rows_in_pieces takes them."""
    return map(record_of, rows_in_pieces(path, **filters))


def history_of(path: Path, cores: tuple[Core, ...], known: Known = NOTHING) -> History:
    """What a day file says was decided beyond what is known, and up to where each actor had come."""
    decisions: dict[str, dict[int, tuple[Event, ...]]] = {core.name: {} for core in cores}
    clean_end = _last_clean_end(path, known.seq)
    for record in records_in(path, after=known.seq, streams=tuple(decisions), is_notable=True):
        of_actor = decisions[record.stream]
        of_actor[record.cause] = (*of_actor.get(record.cause, ()), record.event)
    return {name: Past(max((clean_end, *of_actor)), of_actor) for name, of_actor in decisions.items()}


class Folding:
    """The states after the records so far: recorded decisions stand; turns the log does not have are taken now."""

    causes: Container[int] = ()

    def __init__(self, cores: tuple[Core, ...], history: History, known: Known = NOTHING) -> None:
        self._cores = cores
        self._states: dict[str, Any] = {core.name: core.state() for core in cores} | known.states
        self._hearings = _hearings(cores, history, known)
        self._undecided: list[Undecided] = []
        self._last_seq = self._last_at_ns = 0

    def take(self, records: Iterable[Record]) -> None:
        """Goes on with `records`, in order."""
        states, hearings, last_seq = self._states, self._hearings, self._last_seq
        for record in records:
            last_seq, self._last_at_ns, stream, event = record.seq, record.at_ns, record.stream, record.event
            if isinstance(event, StateCarried):
                states.update(carried_states(self._cores, event))
            for core, name, knows, handled, decisions in hearings.get(type(event), ()):
                if stream == name or last_seq <= knows or not core.heeds(event):
                    continue
                if last_seq <= handled:
                    state = core.evolve(states[name], event)
                    decided = decisions.get(last_seq)
                    states[name] = count_decisions(core, state, decided) if decided else state
                    continue
                states[name], decided = take_turn(core, states[name], record)
                if decided:
                    self._undecided.append(Undecided(name, decided, last_seq))
        self._last_seq = last_seq

    def result(self) -> Rebuilt:
        """As far as it is."""
        return Rebuilt(self._states, tuple(self._undecided), self._last_seq, self._last_at_ns)


def rebuild(
    cores: tuple[Core, ...], records: Iterable[Record], history: History, known: Known = NOTHING
) -> Rebuilt:  # fmt: skip
    """The states after `records`, and what follows from the last of them."""
    folding = Folding(cores, history, known)
    folding.take(records)
    return folding.result()


def rebuilt_from(path: Path, cores: tuple[Core, ...], snapshot: Snapshot | None = None) -> Rebuilt:
    """The states at the end of a day file, and what follows from its last records but is not in it.

    Begins with the states in `snapshot`, which fits the file, and else with the first record.
    """
    known = known_from(cores, snapshot)
    records = records_in(path, after=known.seq - 1)  # one that is known too, for the time of the last
    return rebuild(cores, records, history_of(path, cores, known), known)


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
    """The state a new day file opens with for one actor, by its name. Raises Unreadable."""
    try:
        kinds = {core.name: core.state for core in cores if core.name == event.actor}
        return {name: msgspec.json.decode(event.state, type=kind) for name, kind in kinds.items()}
    except msgspec.DecodeError as problem:
        raise Unreadable(f"the state of {event.actor} that was carried over cannot be read: {problem}") from None


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


class _Hearing(NamedTuple):
    """An actor that hears a kind of event. knows: up to here its state goes. The rest is as in Past."""

    core: Core
    name: str
    knows: int
    handled: int
    decisions: dict[int, tuple[Event, ...]]


def _hearings(cores: tuple[Core, ...], history: History, known: Known) -> dict[type[Event], tuple[_Hearing, ...]]:
    """Looked up once a record, which a day has a million of."""
    of = {core.name: _Hearing(core, core.name, known.seqs.get(core.name, 0), *history[core.name]) for core in cores}
    return {kind: tuple(of[core.name] for core in hearers) for kind, hearers in hearers_of(cores).items()}


def _last_clean_end(path: Path, after: int) -> int:
    ends = [record.seq for record in records_in(path, after=after, types=[NAMES[RunEnded][0]])]
    return ends[-1] if ends else 0
