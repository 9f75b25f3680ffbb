"""A recorded day record by record: what each made of every actor's state, and what was decided.

Goes through the same turns as `replay`; what is walked past is taken too, only not looked at.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from eventlog.passage import rows_in_pieces
from eventlog.schema import Row
from kis_actors.differences import Change, differences
from kis_actors.messages import Record
from kis_actors.recovery import record_of
from kis_actors.replay import PROGRESS_EVERY, Progress, Rerun, Turn
from kis_actors.turn import Core, hears

Wanted = Callable[[Row], bool]


class Taken(NamedTuple):
    """One actor's turn, and what it changed in its state, as JSON has it."""

    turn: Turn
    changes: tuple[Change, ...]


class Step(NamedTuple):
    """One record, and the turns of those who heard it."""

    row: Row
    record: Record
    taken: tuple[Taken, ...]


class Walk:
    """A day from its first record to its last. Raises what recovery.record_of does.

    seq: of the record it stands at, 0 before the first. `progress` is told now and then how far a long way has gone.
    """

    def __init__(self, cores: tuple[Core, ...], path: Path, progress: Progress = lambda seq: None) -> None:
        self._cores, self._path, self._progress = cores, path, progress
        self.restart()

    def restart(self) -> None:
        """Stands before the first record again."""
        self._rerun = Rerun(self._cores, self._path)
        self._rows = _rows(self._path, self._progress)
        self.seq = 0

    def next(self, wanted: Wanted = lambda row: True) -> Step | None:
        """Goes on to the next record that is wanted; None if there is none, and it stands where it stood."""
        before = self.seq
        for row in self._rows:
            if wanted(row):
                return self._shown(row)
            self._rerun.take(record_of(row))
        self._return_to(before)
        return None

    def first(self, wanted: Wanted) -> Step | None:
        """Goes to the first record of the day that is wanted, which may be a way back; None as for `next`."""
        before = self.seq
        self.restart()
        found = self.next(wanted)
        if found is None:
            self._return_to(before)
        return found

    def next_difference(self) -> Step | None:
        """Goes on to the next record on which an actor decides something else today than the log has."""
        before = self.seq
        differs = (row.seq for row in self._rows if not self._comes_out(row))
        seq = next(differs, None)
        if seq is None:
            self._return_to(before)
            return None
        return self.first(lambda row: row.seq == seq)

    def state(self) -> dict[str, Any]:
        """The states of all actors now, by name, as JSON has them."""
        return {name: _written(state) for name, state in self._rerun.states.items()}

    def _return_to(self, seq: int) -> None:
        self.restart()
        if seq:
            self.next(lambda row: row.seq == seq)

    def _comes_out(self, row: Row) -> bool:
        return all(turn.is_same for turn in self._rerun.take(record_of(row)))

    def _shown(self, row: Row) -> Step:
        record, self.seq = record_of(row), row.seq
        before = {core.name: _written(self._rerun.states[core.name]) for core in self._cores if hears(core, record)}
        silent = {name: Turn(row.seq, name, (), (), 0, record) for name in before}
        turns = silent | {turn.stream: turn for turn in self._rerun.take(record)}
        return Step(row, record, tuple(Taken(turn, self._changes(name, before)) for name, turn in turns.items()))

    def _changes(self, actor: str, before: dict[str, Any]) -> tuple[Change, ...]:
        return tuple(differences(before[actor], _written(self._rerun.states[actor]))) if actor in before else ()


def _rows(path: Path, progress: Progress) -> Iterator[Row]:
    for count, row in enumerate(rows_in_pieces(path)):
        if count % PROGRESS_EVERY == 0:
            progress(row.seq)
        yield row


def _written(state: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(state))
