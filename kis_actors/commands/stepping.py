"""`kis-actors replay --step`: a day record by record, with what each made of the actors' states.

On a terminal it asks what to go to next; elsewhere it prints one record after the other, up to a limit.
"""

import difflib
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from eventlog.schema import Row
from kis_actors.commands.progress import seqs_of
from kis_actors.commands.reading import file_of, instant_of, is_about, json_of
from kis_actors.cores import CORES
from kis_actors.differences import ABSENT, Change, found_at
from kis_actors.messages import NAMES
from kis_actors.printable import plain
from kis_actors.replay import Encoded
from kis_actors.stepping import Step, Taken, Walk
from kis_actors.units import instant_of_ns

CHANGES_SHOWN_MAX = 20
PAYLOAD_CHARS_MAX = 400
VALUE_CHARS_MAX = 100
STATE_CHARS_MAX = 4000
HELP = """\
Enter    the next record (with --code: the next one about it)
n TYPE   the next record of this type, such as n SignalRaised
c CODE   the next record about this code, such as c 005930
t TIME   the first record at that time or later, such as t 10:31:07; may go back
g SEQ    the record of this seq; may go back
d        the next record on which an actor decides something else today than the log has
s PATH   what an actor knows now, such as s signal.last_prices.005930; s alone names the actors
q        ends"""


class Bounds(NamedTuple):
    """Which records are shown. code: only those about it, and only what speaks of it in the states; None for all."""

    start: datetime | None
    end: datetime | None
    code: str | None
    limit: int

    def has(self, row: Row) -> bool:
        """Whether the record is one to stop at."""
        at = instant_of_ns(row.at_ns)
        return (self.start is None or at >= self.start) and (self.code is None or is_about(row, self.code))

    def is_past(self, row: Row) -> bool:
        """Whether the record comes after the last one to be shown."""
        return self.end is not None and instant_of_ns(row.at_ns) > self.end


def show_steps(
    config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool,
    start: str | None, until: str | None, code: str | None, limit: int,
) -> int:  # fmt: skip
    """Walks the day; 0, or 1 if a decision that was shown differs from the log's."""
    path, day = file_of(config, data_dir, day, needs_all=True)
    seqs_of(path)
    bounds = Bounds(instant_of(start, day), instant_of(until, day), code, limit)
    if sys.stdin.isatty() and sys.stdout.isatty() and not is_json:
        return Prompt(Walk(CORES, path, _say_where), bounds, day, path).run()
    return _print_all(Walk(CORES, path), bounds, is_json)


def _say_where(seq: int) -> None:
    """On the line of the prompt, while a long way is gone."""
    click.echo(f"\rat seq {seq} ...\r\033[K" if sys.stderr.isatty() else "", nl=False, err=True)


def change_line(change: Change) -> str:
    """One change of a value, for people."""
    path, before, after = change
    if before is ABSENT:
        return plain(f"+ {path}: {_short(after)}")
    if after is ABSENT:
        return plain(f"- {path}: {_short(before)}")
    return plain(f"~ {path}: {_short(before)} -> {_short(after)}")


def _print_all(walk: Walk, bounds: Bounds, is_json: bool) -> int:
    is_same, shown = True, 0
    for step in _steps(walk, bounds):
        if shown == bounds.limit:
            click.echo(f"stopped after {shown} records; go on with --from, --until or --limit", err=True)
            break
        click.echo(json_of(_step(step)) if is_json else "\n".join(step_lines(step, bounds.code)))
        is_same, shown = is_same and all(taken.turn.is_same for taken in step.taken), shown + 1
    if not shown:
        click.echo("no such record on this day", err=True)
    return 0 if is_same else 1


def _steps(walk: Walk, bounds: Bounds) -> Iterator[Step]:
    while (step := walk.next(bounds.has)) and not bounds.is_past(step.row):
        yield step


def _step(step: Step) -> dict[str, Any]:
    row = step.row
    return {
        "seq": row.seq, "at": step.record.at, "type": row.type, "cause": row.cause or None, "stream": row.stream,
        "data": msgspec.Raw(row.payload),
        "turns": [
            {
                "actor": taken.turn.stream, "same": taken.turn.is_same,
                "changes": [_change(change) for change in taken.changes],
                "expected": [_decision(one) for one in taken.turn.expected],
                "actual": [_decision(one) for one in taken.turn.actual],
            }
            for taken in step.taken
        ],
    }  # fmt: skip


def _change(change: Change) -> dict[str, Any]:
    sides = {"path": change.path, "before": change.before, "after": change.after}
    return {name: value for name, value in sides.items() if value is not ABSENT}


def _decision(encoded: Encoded) -> dict[str, Any]:
    return {"type": encoded[0], "data": msgspec.Raw(encoded[2])}


def step_lines(step: Step, code: str | None) -> Iterator[str]:
    """A record and what it did, for people. code: changes that do not speak of it are only counted."""
    row = step.row
    cause = f" <-{row.cause}" if row.cause else ""
    yield plain(f"seq {row.seq}  {step.record.at:%H:%M:%S.%f}  {row.stream}  {row.type}{cause}")
    yield plain(f"  {_cut(row.payload.decode(), PAYLOAD_CHARS_MAX)}")
    if not step.taken:
        yield "  no actor hears it"
    for taken in step.taken:
        yield from _turn_lines(taken, code)


def _turn_lines(taken: Taken, code: str | None) -> Iterator[str]:
    speaking = [change for change in taken.changes if code is None or _speaks_of(change, code)]
    other = len(taken.changes) - len(speaking)
    yield f"  {taken.turn.stream}{'' if taken.changes else ': no change'}"
    yield from (f"    {change_line(change)}" for change in speaking[:CHANGES_SHOWN_MAX])
    if len(speaking) > CHANGES_SHOWN_MAX:
        yield f"    ... and {len(speaking) - CHANGES_SHOWN_MAX} more changes (--json has them all)"
    if other:
        yield f"    ... and {other} changes that are not about {code}"
    yield from (f"    {line}" for line in _decision_lines(taken))


def _decision_lines(taken: Taken) -> Iterator[str]:
    turn = taken.turn
    if turn.is_same:
        word = "decides, as in the log" if turn.is_in_log else "decides, and the log ends before that"
        yield from (f"{word}: {_decided(one)}" for one in turn.actual)
        return
    yield "DIFFERS from the log:"
    yield from (f"  in the log: {_decided(one)}" for one in turn.expected or (("nothing", 0, b""),))
    yield from (f"  today:      {_decided(one)}" for one in turn.actual or (("nothing", 0, b""),))


def _decided(encoded: Encoded) -> str:
    return plain(f"{encoded[0]} {_cut(encoded[2].decode(), PAYLOAD_CHARS_MAX)}".rstrip())


def _speaks_of(change: Change, code: str) -> bool:
    return code in change.path or any(f'"{code}' in json_of(side) for side in change[1:] if side is not ABSENT)


def _short(value: Any) -> str:
    return _cut(json_of(value), VALUE_CHARS_MAX)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


class Prompt:
    """Asks where to go, goes there, and shows it, until told to end."""

    def __init__(self, walk: Walk, bounds: Bounds, day: date, path: Path) -> None:
        self._walk, self._bounds, self._day, self._path = walk, bounds, day, path
        self._is_same = True
        self._goings: dict[str, Callable[[str], Step | None]] = {
            "": lambda _: walk.next(bounds.has), "n": self._type, "c": self._code, "t": self._time, "g": self._number,
            "d": lambda _: walk.next_difference(),
        }  # fmt: skip

    def run(self) -> int:
        """0, or 1 if a decision that was shown differs from the log's."""
        click.echo(f"{self._path}: Enter for the next record, ? for more")
        line = ""
        while line != "q":
            self._obey(line)
            try:
                line = input(f"[{self._walk.seq}] > ").strip()
            except EOFError:
                break
        return 0 if self._is_same else 1

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        try:
            if word in self._goings:
                self._show(self._goings[word](rest.strip()))
            elif word == "s":
                click.echo(self._known(rest.strip()))
            else:
                click.echo(HELP)
        except (ValueError, KeyError) as error:
            click.echo(str(error.args[0]))

    def _show(self, step: Step | None) -> None:
        if step is None or self._bounds.is_past(step.row):
            return click.echo("there is none from here on; t TIME and g SEQ also go back")
        self._is_same = self._is_same and all(taken.turn.is_same for taken in step.taken)
        return click.echo("\n".join(step_lines(step, self._bounds.code)))

    def _type(self, name: str) -> Step | None:
        names = {known.lower(): known for known, _ in NAMES.values()}
        if name.lower() not in names:
            near = difflib.get_close_matches(name.lower()[:60], names, 1)
            meant = f"did you mean {names[near[0]]}?" if near else "`kis-actors events` shows those of the day"
            raise ValueError(f"expected the type of an event, found {name[:60]!r}; {meant}")
        return self._walk.next(lambda row: row.type == names[name.lower()])

    def _code(self, code: str) -> Step | None:
        if not code:
            raise ValueError("expected a code, found nothing; write c 005930")
        return self._walk.next(lambda row: is_about(row, code))

    def _time(self, text: str) -> Step | None:
        instant = instant_of(text, self._day)
        if instant is None or not text:
            raise ValueError("expected a time, found nothing; write t 10:31:07")
        return self._walk.first(lambda row: instant_of_ns(row.at_ns) >= instant)

    def _number(self, text: str) -> Step | None:
        if not text.isdecimal():
            raise ValueError(f"expected a seq, found {text[:60]!r}; write g 4711")
        seq = int(text)
        go = self._walk.next if seq > self._walk.seq else self._walk.first
        return go(lambda row: row.seq == seq)

    def _known(self, path: str) -> str:
        state = self._walk.state()
        if not path:
            return f"s ACTOR.NAME shows what an actor knows; the actors: {', '.join(state)}"
        return plain(_cut(msgspec.json.format(json_of(found_at(state, path))), STATE_CHARS_MAX))
