"""A recorded day through today's cores: is every decision the same, byte for byte; and what if a setting were another.

Has no edge and no sender: nothing here can reach KIS or a person.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from eventlog.reading import open_reader
from kis_actors.messages import AlertDecided, Event, Record, RunStarted, SettingsChanged, StateCarried
from kis_actors.recovery import CODEC, carried_states, history_of, record_of
from kis_actors.settings import Settings
from kis_actors.turn import Core, hears, take_turn

Encoded = tuple[str, int, bytes]
Progress = Callable[[int], None]
"""Called now and then with the seq reached."""

PROGRESS_EVERY = 5000


class Difference(NamedTuple):
    """A turn that decides something else today. expected: what the log has; actual: what comes out now.

    seq: of the first decision in the log that is not as it would be now, 0 if the log has none there.
    """

    cause: int
    stream: str
    expected: tuple[Encoded, ...]
    actual: tuple[Encoded, ...]
    seq: int


class Comparison(NamedTuple):
    """A whole replay. decisions: recorded ones that came out again. differing: turns that did not.

    damage: what is wrong with the file itself, "" if it is whole.
    """

    records: int
    decisions: int
    differing: int
    first: Difference | None
    damage: str = ""

    @property
    def is_identical(self) -> bool:
        """Whether the log is whole and every decision came out as it was."""
        return not self.differing and not self.damage


class Moved(NamedTuple):
    """An alert that comes at another moment under other settings."""

    before: AlertDecided
    after: AlertDecided


class AlertChanges(NamedTuple):
    """What other settings would have done to the day's alerts."""

    appeared: tuple[AlertDecided, ...]
    vanished: tuple[AlertDecided, ...]
    moved: tuple[Moved, ...]
    same: int


def compare(cores: tuple[Core, ...], path: Path, until: datetime | None, progress: Progress) -> Comparison:
    """Takes every turn of the day again, each actor hearing what the log says it heard."""
    recorded = _recorded_decisions(cores, path)
    handled = history_of(path, cores).handled
    states: dict[str, Any] = {core.name: core.state() for core in cores}
    records = decisions = differing = last_seq = 0
    first: Difference | None = None
    for record in _records(path, until, progress):
        records, last_seq = records + 1, record.seq
        _take_carried(cores, states, record)
        for core in cores:
            decided: tuple[Event, ...] = ()
            if hears(core, record):
                states[core.name], decided = take_turn(core, states[core.name], record)
            actual = tuple(CODEC.encode(event) for event in decided)
            first_seq, expected = recorded.pop((core.name, record.seq), (0, ()))
            if actual == expected:
                decisions += len(expected)
            elif expected or record.seq <= handled[core.name]:  # later turns may not have reached the log yet
                differing += 1
                first = first or Difference(record.seq, core.name, expected, actual, _seq(first_seq, expected, actual))
    for (stream, cause), (first_seq, expected) in recorded.items():
        if cause <= last_seq:  # its cause is not in the log
            differing += 1
            first = first or Difference(cause, stream, expected, (), first_seq)
    return Comparison(records, decisions, differing, first, _damage(path))


def what_if(
    cores: tuple[Core, ...], path: Path, change: Callable[[Settings], Settings], until: datetime | None,
    progress: Progress,
) -> tuple[AlertDecided, ...]:  # fmt: skip
    """The alerts of the day had the settings been other ones: inputs from the log, all decisions anew.

    Trades of codes that were not subscribed on the day are not in the log, and so cannot count.
    """
    names = {core.name: core for core in cores}
    states: dict[str, Any] = {core.name: core.state() for core in cores}
    alerts: list[AlertDecided] = []
    for record in _records(path, until, progress):
        _take_carried(cores, states, record)
        if record.stream not in names:
            alerts += _cascade(cores, states, _changed(record, change))
    return tuple(alerts)


def alert_changes(before: Iterable[AlertDecided], after: Iterable[AlertDecided]) -> AlertChanges:
    """The two lists side by side: the n-th alert of a code by a rule is the same alert, perhaps at another moment."""
    old, new = _numbered(before), _numbered(after)
    moved = [Moved(old[key], new[key]) for key in old if key in new and _moment(old[key]) != _moment(new[key])]
    return AlertChanges(
        appeared=tuple(new[key] for key in new if key not in old),
        vanished=tuple(old[key] for key in old if key not in new),
        moved=tuple(moved),
        same=sum(key in new for key in old) - len(moved),
    )


def _seq(first_seq: int, expected: tuple[Encoded, ...], actual: tuple[Encoded, ...]) -> int:
    """The seq of the first decision that differs, 0 if the log has none there."""
    same = next((place for place, pair in enumerate(zip(expected, actual, strict=False)) if pair[0] != pair[1]), None)
    same = min(len(expected), len(actual)) if same is None else same
    return first_seq + same if same < len(expected) else 0


def _damage(path: Path) -> str:
    with open_reader(path) as reader:
        finding = reader.check()
    return f"seq {finding.seq}: {finding.what}" if finding else ""


def _records(path: Path, until: datetime | None, progress: Progress) -> Iterator[Record]:
    with open_reader(path) as reader:
        for count, row in enumerate(reader.rows()):
            record = record_of(row)
            if until and record.at > until:
                return
            if count % PROGRESS_EVERY == 0:
                progress(record.seq)
            yield record


def _recorded_decisions(cores: tuple[Core, ...], path: Path) -> dict[tuple[str, int], tuple[int, tuple[Encoded, ...]]]:
    """By actor and cause: the seq of the first decision, and all of them as the log has them."""
    found: dict[tuple[str, int], tuple[int, tuple[Encoded, ...]]] = {}
    with open_reader(path) as reader:
        for row in reader.rows(streams=[core.name for core in cores]):
            first_seq, before = found.get((row.stream, row.cause), (row.seq, ()))
            found[(row.stream, row.cause)] = first_seq, (*before, (row.type, row.version, row.payload))
    return found


def _take_carried(cores: tuple[Core, ...], states: dict[str, Any], record: Record) -> None:
    if isinstance(record.event, StateCarried):
        states.update(carried_states(cores, record.event))


def _changed(record: Record, change: Callable[[Settings], Settings]) -> Record:
    event = record.event
    if not isinstance(event, RunStarted | SettingsChanged):
        return record
    return replace(record, event=replace(event, settings=change(event.settings)))


def _cascade(cores: tuple[Core, ...], states: dict[str, Any], record: Record) -> list[AlertDecided]:
    """The alerts that follow from one input, through all actors; decisions are heard in the order they are made."""
    alerts, queue = [], deque([record])
    while queue:
        heard = queue.popleft()
        for core in cores:
            if hears(core, heard):
                states[core.name], decided = take_turn(core, states[core.name], heard)
                queue += [_follows(core.name, heard, event) for event in decided]
        if isinstance(heard.event, AlertDecided):
            alerts.append(heard.event)
    return alerts


def _follows(stream: str, cause: Record, event: Event) -> Record:
    """A decision that never gets a place in a log; it bears its cause's."""
    return Record(seq=cause.seq, stream=stream, cause=cause.seq, at_ns=cause.at_ns, event=event)


def _numbered(alerts: Iterable[AlertDecided]) -> dict[tuple[str, str, int], AlertDecided]:
    numbered: dict[tuple[str, str, int], AlertDecided] = {}
    for alert in alerts:
        number = sum(key[:2] == (alert.signal.code, alert.signal.rule) for key in numbered)
        numbered[(alert.signal.code, alert.signal.rule, number)] = alert
    return numbered


def _moment(alert: AlertDecided) -> tuple[datetime, int]:
    return alert.signal.observed_at, alert.signal.price_won
