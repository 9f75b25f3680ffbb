"""A recorded day through today's cores: is every decision the same, byte for byte.

Has no edge and no sender: nothing here can reach KIS or a person.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from eventlog.integrity import Finding
from eventlog.reading import open_reader
from kis_actors.messages import Event, Record, StateCarried
from kis_actors.recovery import CODEC, carried_states, history_of, records_in
from kis_actors.turn import Core, hearers_of, hears, take_turn
from kis_actors.units import ns_of_instant

Encoded = tuple[str, int, bytes]
Progress = Callable[[int], None]
"""Called now and then with the seq reached."""

PROGRESS_EVERY = 500


class Turn(NamedTuple):
    """What one actor decided on one record. expected: what the log has; actual: what comes out now.

    heard: that record, None if the log does not have it. first_seq: of the first of `expected`, 0 without any.
    is_in_log: false for a turn at the end that the log may not have got any more.
    """

    cause: int
    stream: str
    expected: tuple[Encoded, ...]
    actual: tuple[Encoded, ...]
    first_seq: int
    heard: Record | None
    is_in_log: bool = True

    @property
    def is_same(self) -> bool:
        """Whether it came out as it was."""
        return self.expected == self.actual or not self.is_in_log

    @property
    def place(self) -> int:
        """How many decisions came out as they were before the first that did not."""
        pairs = zip(self.expected, self.actual, strict=False)
        shorter = min(len(self.expected), len(self.actual))
        return next((place for place, (one, other) in enumerate(pairs) if one != other), shorter)

    @property
    def seq(self) -> int:
        """Of the first decision in the log that is not as it would be now, 0 if the log has none there."""
        return self.first_seq + self.place if self.place < len(self.expected) else 0


class Comparison(NamedTuple):
    """A whole replay. decisions: recorded ones that came out again. differing: turns that did not.

    damage: what is wrong with the file itself, "" if it is whole.
    """

    records: int
    decisions: int
    differing: int
    first: Turn | None
    damage: str = ""

    @property
    def is_identical(self) -> bool:
        """Whether the log is whole and every decision came out as it was."""
        return not self.differing and not self.damage


class Rerun:
    """The turns of a day, taken once more in the order of the log.

    states: the actors', by name. recorded: what the log has as decided on records still to come, by their seq.
    """

    def __init__(self, cores: tuple[Core, ...], path: Path) -> None:
        self.states: dict[str, Any] = {core.name: core.state() for core in cores}
        self._cores = cores
        self._order = [core.name for core in cores]
        self._hearers = hearers_of(cores)
        self._past = history_of(path, cores)  # before the decisions: more of them may come meanwhile
        self.recorded = _recorded_decisions(cores, path)

    def take(self, record: Record) -> tuple[Turn, ...]:
        """The turns on the next record on which something was decided, now or as the log says; as the actors stand."""
        if isinstance(record.event, StateCarried):
            self.states.update(carried_states(self._cores, record.event))
        recorded = self.recorded.pop(record.seq, None)
        turns: tuple[Turn, ...] = ()
        for core in self._hearers.get(type(record.event), ()):
            if hears(core, record):
                self.states[core.name], decided = take_turn(core, self.states[core.name], record)
                if decided or recorded:
                    turns = (*turns, *self._turn(core.name, record, decided, recorded))
        deaf = (Turn(record.seq, name, encoded, (), seq, record) for name, (seq, encoded) in (recorded or {}).items())
        return tuple(sorted((*turns, *deaf), key=self._place)) if recorded else turns

    def never_taken(self, last_seq: int) -> tuple[Turn, ...]:
        """Decisions up to seq `last_seq` whose cause the log does not have."""
        missed = (
            Turn(cause, stream, expected, (), first_seq, None)
            for cause, of_cause in self.recorded.items() if cause <= last_seq
            for stream, (first_seq, expected) in of_cause.items()
        )  # fmt: skip
        return tuple(sorted(missed, key=self._place))

    def _place(self, turn: Turn) -> tuple[int, int]:
        return turn.cause, self._order.index(turn.stream)

    def _turn(
        self, name: str, record: Record, decided: tuple[Event, ...], recorded: "Recorded | None"
    ) -> Iterator[Turn]:
        first_seq, expected = recorded.pop(name, NOTHING) if recorded else NOTHING
        if decided or expected:
            actual = tuple(CODEC.encode(event) for event in decided)
            is_in_log = bool(expected) or record.seq <= self._past[name].handled
            yield Turn(record.seq, name, expected, actual, first_seq, record, is_in_log)


class Comparing:
    """Takes every turn of a day again, each actor hearing what the log says it heard."""

    def __init__(self, cores: tuple[Core, ...], path: Path, until: datetime | None = None) -> None:
        self._rerun = Rerun(cores, path)
        # An actor may have decided on what it does not hear any more.
        self.causes: Container[int] = self._rerun.recorded.keys()
        self._until_ns = ns_of_instant(until) if until else None
        self._records = self._decisions = self._differing = self._last_seq = 0
        self._first: Turn | None = None

    def take(self, records: Iterable[Record]) -> None:
        """Goes on with `records`, in order; those that are too late are let pass."""
        for record in records:
            if self._until_ns is not None and record.at_ns > self._until_ns:
                continue
            self._records, self._last_seq = self._records + 1, record.seq
            for turn in self._rerun.take(record):
                self._note(turn)

    def result(self) -> Comparison:
        """As far as it is."""
        missed = self._rerun.never_taken(self._last_seq)
        first = self._first or next(iter(missed), None)
        return Comparison(self._records, self._decisions, self._differing + len(missed), first)

    def _note(self, turn: Turn) -> None:
        if turn.is_same:
            self._decisions += len(turn.expected)
        else:
            self._differing += 1
            self._first = self._first or turn


def compare(cores: tuple[Core, ...], path: Path, until: datetime | None, progress: Progress) -> Comparison:
    """What comes of the day in this process alone."""
    comparing = Comparing(cores, path, until)
    comparing.take(records_until(path, until, progress))
    return comparing.result()._replace(damage=_damage(path))


def records_until(path: Path, until: datetime | None, progress: Progress) -> Iterator[Record]:
    """The records of a day file up to an instant, telling `progress` now and then where it is."""
    until_ns = ns_of_instant(until) if until else None
    for count, record in enumerate(records_in(path)):
        if until_ns is not None and record.at_ns > until_ns:
            return
        if count % PROGRESS_EVERY == 0:
            progress(record.seq)
        yield record


def _damage(path: Path) -> str:
    with open_reader(path) as reader:
        return damage_of(reader.check())


def damage_of(finding: Finding | None) -> str:
    """In a Comparison's words."""
    return f"seq {finding.seq}: {finding.what}" if finding else ""


Recorded = dict[str, tuple[int, tuple[Encoded, ...]]]
"""What the log has as decided on one record, by actor: the seq of the first decision, and all of them."""
NOTHING: tuple[int, tuple[Encoded, ...]] = (0, ())


def _recorded_decisions(cores: tuple[Core, ...], path: Path) -> dict[int, Recorded]:
    """By the seq of what it was decided on."""
    found: dict[int, Recorded] = {}
    with open_reader(path) as reader:
        for row in reader.rows(streams=[core.name for core in cores], is_notable=True):
            of_cause = found.setdefault(row.cause, {})
            first_seq, before = of_cause.get(row.stream, (row.seq, ()))
            of_cause[row.stream] = first_seq, (*before, (row.type, row.version, row.payload))
    return found
