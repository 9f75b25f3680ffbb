"""`kis-actors causes`: what led to an event and what followed from it, as an indented tree."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from eventlog.day import days_in, kept_of
from eventlog.passage import rows_in_pieces
from eventlog.reading import open_reader
from eventlog.schema import Row
from kis_actors.causes import Node, chain, effects
from kis_actors.commands.events import event_of
from kis_actors.commands.loading import load_settings
from kis_actors.commands.phrases import phrase
from kis_actors.commands.reading import json_of
from kis_actors.printable import plain
from kis_actors.recovery import day_file, record_of
from kis_actors.units import instant_of_ns


def show_causes(
    config: Path | None, data_dir: Path | None, seq: int, day: date | None, *, depth: int, is_json: bool
) -> int:
    """Prints the tree around the record `seq`; the exit status. Raises ValueError if it is not there."""
    directory = Path(load_settings(config, data_dir, ()).settings.log.data_dir)
    newest_first = [kept_of(directory, each) for each in reversed(days_in(directory))]
    looked_in = [day_file(directory, day)] if day else newest_first
    path, row = _found(looked_in, seq)
    if row is None:
        where = _span(looked_in) or f"there is no log in {directory}"
        raise ValueError(f"no event has the seq {seq}; {where}; take a seq that `kis-actors events` shows")
    nodes = chain(row, lambda cause: _found(newest_first, cause)[1], depth)
    nodes += effects(row, rows_in_pieces(path, after=seq, upto=_last_seq(path)), depth)
    for line in map(_object, nodes) if is_json else _lines(nodes):
        click.echo(line)
    return 0


def _object(node: Node) -> str:
    return json_of({**event_of(node.row), "depth": node.depth, "more": node.more, "words": _words(node.row)})


def _lines(nodes: list[Node]) -> Iterable[str]:
    """Each record below its cause; what is left out is said where it would be."""
    first = nodes[0].depth
    for node in nodes:
        indent = "  " * (node.depth - first)
        if node.depth < 0 and node.more:
            yield f"… {node.more:,} steps before"
        at = instant_of_ns(node.row.at_ns)
        mark = "=> " if node.depth == 0 else "-> " if node.depth > first else ""
        yield plain(f"{indent}{mark}{node.row.seq} {at:%H:%M:%S.%f}"[:-3] + f" {node.row.stream}: {_words(node.row)}")
        if node.depth >= 0 and node.more:
            yield f"{indent}     … {node.more:,} more follow"


def _words(row: Row) -> str:
    try:
        return phrase(record_of(row).event)
    except ValueError:  # by newer code, or damaged; its name says something all the same
        return row.type


def _found(paths: list[Path], seq: int) -> tuple[Path, Row | None]:
    """The row, and the file that has it; seq is counted over all files."""
    for path in paths:
        with open_reader(path) as reader:
            row = next(reader.rows(after=seq - 1), None)
        if row and row.seq == seq:
            return path, row
    return Path(), None


def _span(newest_first: list[Path]) -> str:
    """From where to where the seqs in these files go."""
    if not newest_first:
        return ""
    with open_reader(newest_first[-1]) as reader:
        first = next(reader.rows(), None)
    days = " to ".join(dict.fromkeys((newest_first[-1].stem, newest_first[0].stem)))
    return f"the log of {days} has {first.seq if first else 0} to {_last_seq(newest_first[0])}"


def _last_seq(path: Path) -> int:
    with open_reader(path) as reader:
        return reader.last_commit()[0]
