"""`kis-actors export`: a day's trades, alerts, events or scans as a file for other programs."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click

from eventlog.passage import rows_in_pieces
from eventlog.schema import Row
from eventlog.store import Reader
from kis_actors.commands.progress import Step, progress
from kis_actors.commands.reading import file_of
from kis_actors.commands.table_files import whole_file, writer_of
from kis_actors.exporting import TABLES, Values

PROGRESS_EVERY = 1000


class Tally:
    """How many rows were made, and how many records could not be read: the first of them, and why."""

    def __init__(self) -> None:
        self.rows = self.skipped = self.first_seq = 0
        self.why = ""

    def skip(self, seq: int, why: str) -> None:
        """One more record that makes no row although it should."""
        self.skipped += 1
        if self.skipped == 1:
            self.first_seq, self.why = seq, why

    def counted(self, rows: Iterable[Values]) -> Iterator[Values]:
        """The same rows."""
        for row in rows:
            self.rows += 1
            yield row


def export_day(
    config: Path | None, data_dir: Path | None, day: date | None, *, format_: str, out: Path, what: str, force: bool
) -> int:
    """Writes the table `what` of the day to `out`; the exit status. Of a day that goes on: up to now."""
    write, table, tally = writer_of(format_), TABLES[what], Tally()
    path, day = file_of(config, data_dir, day)
    first_seq, last_seq = _ends(path)
    with (
        whole_file(out, away_from=path.parent, force=force) as file,
        progress(f"exporting {what}", first_seq, last_seq) as step,
    ):
        rows = _stepping(rows_in_pieces(path, upto=last_seq, types=table.types), step)
        write(table, tally.counted(table.rows(rows, tally.skip)), file)
    click.echo(f"{out}: {tally.rows:,} rows of {what}, {day}")
    if tally.skipped:
        click.echo(f"{tally.skipped:,} records not whole, the first at seq {tally.first_seq}: {tally.why}", err=True)
    return 0


def _ends(path: Path) -> tuple[int, int]:
    """The first and the last seq."""
    with Reader(path) as reader:
        last_seq = reader.last_commit()[0]
        first = next(reader.rows(), None)
    return first.seq if first else last_seq, last_seq


def _stepping(rows: Iterable[Row], step: Step) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count % PROGRESS_EVERY == 0:
            step(row.seq)
        yield row
