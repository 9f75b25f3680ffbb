"""A recorded day through today's cores: is every decision the same, byte for byte.

Has no edge and no sender: nothing here can reach KIS or a person.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from eventlog.reading import open_reader
from kis_actors.messages import Record, StateCarried
from kis_actors.recovery import CODEC, carried_states, history_of, record_of
from kis_actors.turn import Core, hears, take_turn

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
    """The turns of a day, taken once more in the order of the log; `states` are the actors', by name."""

    def __init__(self, cores: tuple[Core, ...], path: Path) -> None:
        self.states: dict[str, Any] = {core.name: core.state() for core in cores}
        self._cores = cores
        self._past = history_of(path, cores)  # before the decisions: more of them may come meanwhile
        self._recorded = _recorded_decisions(cores, path)

    def take(self, record: Record) -> tuple[Turn, ...]:
        """The turns on the next record: of the actors that hear it, and of those that the log says decided on it."""
        take_carried(self._cores, self.states, record)
        turns = (self._turn(core, record) for core in self._cores)
        return tuple(turn for turn in turns if turn)

    def never_taken(self, last_seq: int) -> tuple[Turn, ...]:
        """Decisions up to seq `last_seq` whose cause the log does not have."""
        return tuple(
            Turn(cause, stream, expected, (), first_seq, None)
            for (stream, cause), (first_seq, expected) in self._recorded.items() if cause <= last_seq
        )  # fmt: skip

    def _turn(self, core: Core, record: Record) -> Turn | None:
        first_seq, expected = self._recorded.pop((core.name, record.seq), (0, ()))
        if not hears(core, record):
            return Turn(record.seq, core.name, expected, (), first_seq, record) if expected else None
        self.states[core.name], decided = take_turn(core, self.states[core.name], record)
        actual = tuple(CODEC.encode(event) for event in decided)
        is_in_log = bool(expected) or record.seq <= self._past[core.name].handled
        return Turn(record.seq, core.name, expected, actual, first_seq, record, is_in_log)


def compare(cores: tuple[Core, ...], path: Path, until: datetime | None, progress: Progress) -> Comparison:
    """Takes every turn of the day again, each actor hearing what the log says it heard."""
    rerun = Rerun(cores, path)
    records = decisions = differing = last_seq = 0
    first: Turn | None = None
    for record in records_until(path, until, progress):
        records, last_seq = records + 1, record.seq
        for turn in rerun.take(record):
            decisions += len(turn.expected) if turn.is_same else 0
            differing += not turn.is_same
            first = first or (None if turn.is_same else turn)
    missed = rerun.never_taken(last_seq)
    return Comparison(records, decisions, differing + len(missed), first or next(iter(missed), None), _damage(path))


def records_until(path: Path, until: datetime | None, progress: Progress) -> Iterator[Record]:
    """The records of a day file up to an instant, telling `progress` now and then where it is."""
    with open_reader(path) as reader:
        for count, row in enumerate(reader.rows()):
            record = record_of(row)
            if until and record.at > until:
                return
            if count % PROGRESS_EVERY == 0:
                progress(record.seq)
            yield record


def take_carried(cores: tuple[Core, ...], states: dict[str, Any], record: Record) -> None:
    """A day file opens with the states of the day before."""
    if isinstance(record.event, StateCarried):
        states.update(carried_states(cores, record.event))


def _damage(path: Path) -> str:
    with open_reader(path) as reader:
        finding = reader.check()
    return f"seq {finding.seq}: {finding.what}" if finding else ""


def _recorded_decisions(cores: tuple[Core, ...], path: Path) -> dict[tuple[str, int], tuple[int, tuple[Encoded, ...]]]:
    """By actor and cause: the seq of the first decision, and all of them as the log has them."""
    found: dict[tuple[str, int], tuple[int, tuple[Encoded, ...]]] = {}
    with open_reader(path) as reader:
        for row in reader.rows(streams=[core.name for core in cores]):
            first_seq, before = found.get((row.stream, row.cause), (row.seq, ()))
            found[(row.stream, row.cause)] = first_seq, (*before, (row.type, row.version, row.payload))
    return found
