"""A recorded day had its settings been other ones: inputs from the log, all decisions anew, and what came of them.

Has no edge and no sender: nothing here can reach KIS or a person.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from kis_actors.actors import signal
from kis_actors.duties.judgement import Judgement
from kis_actors.frames_read import read_of
from kis_actors.messages import (
    AlertDecided,
    AlertSuppressed,
    Event,
    Record,
    RunStarted,
    SettingsChanged,
    SignalRaised,
    StateCarried,
)
from kis_actors.recovery import carried_states
from kis_actors.replay import Progress, records_until
from kis_actors.settings import Settings
from kis_actors.turn import Core, hearers_of, hears, take_turn
from kis_actors.witness import Notes, Price, watched_state

AT_ONCE = 1000
"""Records that one run hears before the next: as each touches its own states alone, they stay at hand meanwhile."""

Change = Callable[[Settings], Settings]
WITH_SETTINGS = (RunStarted, SettingsChanged)


class Silenced(NamedTuple):
    """A signal that nobody is told of, and why."""

    signal: SignalRaised
    reason: str


class Outcome(NamedTuple):
    """What a run came to. notes: how near the rules came. day: what they were at the end."""

    alerts: tuple[AlertDecided, ...]
    silenced: tuple[Silenced, ...]
    notes: Notes
    day: Judgement


class Run:
    """One way the day might have gone; hears the day's records one by one."""

    def __init__(self, cores: tuple[Core, ...], change: Change) -> None:
        self.alerts: list[AlertDecided] = []
        self.silenced: list[Silenced] = []
        self.states: dict[str, Any] = {core.name: core.state() for core in cores}
        self._cores, self._hearers, self._change = cores, hearers_of(cores), change
        self._names = tuple(core.name for core in cores)

    def hear(self, record: Record) -> None:
        """An input, and all that follows from it; what was decided on the day is not heard."""
        if isinstance(record.event, StateCarried):
            self.states.update(carried_states(self._cores, record.event))
        if record.stream not in self._names:
            self._cascade(_changed(record, self._change))

    def _cascade(self, record: Record) -> None:
        """Through all actors; decisions are heard in the order they are made."""
        queue = [record]
        for heard in queue:
            for core in self._hearers.get(type(heard.event), ()):
                if hears(core, heard):
                    self.states[core.name], decided = take_turn(core, self.states[core.name], heard)
                    if decided:
                        queue += [_follows(core.name, heard, event) for event in decided]
                        self._note(heard, decided)

    def _note(self, heard: Record, decided: tuple[Event, ...]) -> None:
        for event in decided:
            if isinstance(event, AlertDecided):
                self.alerts.append(event)
            elif isinstance(event, AlertSuppressed) and isinstance(heard.event, SignalRaised):
                self.silenced.append(Silenced(heard.event, event.reason))


def what_if(
    cores: tuple[Core, ...], path: Path, change: Change, until: datetime | None, progress: Progress,
    asked: Iterable[Price] = (),
) -> Outcome:  # fmt: skip
    """How the day would have gone had the settings been other ones, with what is needed to say why.

    asked: prices of which it is to be known what every rule made of them.
    Trades of codes that were not subscribed on the day are not in the log, and so cannot count.
    """
    notes = Notes(asked)
    run = Run(tuple(_watched(core, notes) for core in cores), change)
    for record in records_until(path, until, progress):
        run.hear(record)
    return Outcome(tuple(run.alerts), tuple(run.silenced), notes, run.states[signal.CORE.name].day)


def alerts_of_each(
    cores: tuple[Core, ...], path: Path, changes: Sequence[Change], until: datetime | None, progress: Progress
) -> list[tuple[AlertDecided, ...]]:  # fmt: skip
    """The alerts of the day under each of several changes; the file and its frames are read once for all of them."""
    runs = [Run(cores, change) for change in changes]
    records = (read_of(record) or record for record in records_until(path, until, progress))
    while some := tuple(islice(records, AT_ONCE)):
        for run in runs:
            for record in some:
                run.hear(record)
    return [tuple(run.alerts) for run in runs]


def _watched(core: Core, notes: Notes) -> Core:
    return core._replace(state=watched_state(notes)) if core.name == signal.CORE.name else core


def _changed(record: Record, change: Change) -> Record:
    event = record.event
    if not isinstance(event, WITH_SETTINGS):
        return record
    return replace(record, event=replace(event, settings=change(event.settings)))


def _follows(stream: str, cause: Record, event: Event) -> Record:
    """A decision that never gets a place in a log; it bears its cause's."""
    return Record(seq=cause.seq, stream=stream, cause=cause.seq, at_ns=cause.at_ns, event=event)
