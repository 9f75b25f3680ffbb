"""`kis-actors events`: the rows of the log, filtered, around a moment, or as they come; over the change of day too."""

import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.cells import cell_len, set_cell_size

from eventlog.day import days_in, kept_of
from eventlog.passage import rows_in_pieces, seq_at
from eventlog.reading import open_reader
from eventlog.schema import Row
from kis_actors.commands.reading import file_until, is_about, json_of
from kis_actors.kis.values import CODE
from kis_actors.messages import NAMES
from kis_actors.printable import plain
from kis_actors.units import instant_of_ns, ns_of_instant

FOLLOW_S = 0.5
AROUND = timedelta(seconds=30)
KNOWN = sorted(name for name, _ in NAMES.values())


def show_events(
    config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool, types: tuple[str, ...],
    streams: tuple[str, ...], code: str | None, after: int, around: str | None, follow: bool,
    is_wide: bool = False,
) -> int:  # fmt: skip
    """Prints the log's rows; the exit status. Raises ValueError for a filter that can never match."""
    _check(types, code)
    if follow and around:
        raise ValueError("--around shows a moment that is over, --follow what is yet to come; give one of them")
    path, moment = file_until(config, data_dir, day, around)
    after, upto = _within(path, moment, after)
    if follow:
        rows = _as_they_come(path, after, types, streams)
    else:
        rows = rows_in_pieces(path, after=after, upto=upto, types=types, streams=streams)
    try:
        width = None if is_json or is_wide else terminal_width()
        count = _show((row for row in rows if code is None or is_about(row, code)), width, is_json=is_json)
    except KeyboardInterrupt:
        if not follow:
            raise
        return 0
    if not count:
        click.echo(f"no such event in {path.name}", err=True)
    return 0


def _show(rows: Iterable[Row], width: int | None, *, is_json: bool) -> int:
    """Prints rows as they come; how many there were."""
    count = 0
    for row in rows:
        count += 1
        click.echo(json_of(event_of(row)) if is_json else cut(line_of(row), width))
    return count


def terminal_width() -> int | None:
    """How much a line may take; None where no person looks, so that nothing is lost to a pipe or a file."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def cut(line: str, width: int | None) -> str:
    """`line` in so many columns, of which Hangul takes two each; with an ellipsis if that is not all of it."""
    if width is None or cell_len(line) <= width:
        return line
    return f"{set_cell_size(line, width - 1).rstrip()}…"


def event_of(row: Row) -> dict[str, Any]:
    """A row in the shape that `--json` prints."""
    return {
        "seq": row.seq,
        "at": instant_of_ns(row.at_ns),
        "type": row.type,
        "cause": row.cause or None,
        "stream": row.stream,
        "data": msgspec.Raw(row.payload),
    }


def line_of(row: Row) -> str:
    """A row for people."""
    at = instant_of_ns(row.at_ns).strftime("%H:%M:%S.%f")[:-3]
    cause = f"<-{row.cause}" if row.cause else ""
    return plain(f"{row.seq:>8} {at} {row.stream:<12} {row.type:<20} {cause:<9} {row.payload.decode()}")


def _as_they_come(path: Path, after: int, types: tuple[str, ...], streams: tuple[str, ...]) -> Iterator[Row]:
    """Never ends by itself. seq runs on across files, and a file ends before the next one is there."""
    data_dir = path.parent.parent
    while True:
        later = [day for day in days_in(data_dir) if day.isoformat() > path.stem]
        upto = _last_seq(path)
        yield from rows_in_pieces(path, after=after, upto=upto, types=types, streams=streams)
        after = max(after, upto)
        if later:
            path = kept_of(data_dir, later[0])
        else:
            time.sleep(FOLLOW_S)


def _within(path: Path, moment: datetime | None, after: int) -> tuple[int, int]:
    """After which seq to begin, and up to which to go."""
    if moment is None:
        return after, _last_seq(path)
    with open_reader(path) as reader:
        first = seq_at(reader, ns_of_instant(moment - AROUND))
        return max(after, first - 1), seq_at(reader, ns_of_instant(moment + AROUND) + 1) - 1


def _last_seq(path: Path) -> int:
    with open_reader(path) as reader:
        return reader.last_commit()[0]


def _check(types: tuple[str, ...], code: str | None) -> None:
    for name in types:
        if name not in KNOWN:
            near = get_close_matches(name, KNOWN, n=3, cutoff=0.5)
            hint = f"; did you mean {', '.join(near)}?" if near else f"; take one of {', '.join(KNOWN)}"
            raise ValueError(f"--type: no event is called {plain(name)}{hint}")
    if code is not None and not CODE.fullmatch(code):
        raise ValueError(f"--code: expected six digits or capital letters, found {plain(code)}; write it like 005930")
