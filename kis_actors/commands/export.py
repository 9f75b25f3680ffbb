"""`kis-actors export`: a day's trades, alerts, events or scans as a file for other programs."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click

from eventlog.passage import rows_in_pieces
from eventlog.schema import Row
from kis_actors.commands.export_rows import TABLES, Values
from kis_actors.commands.progress import Tell, bar_over, seqs_of
from kis_actors.commands.reading import file_of
from kis_actors.commands.table_files import whole_file, writer_of

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
    upto = seqs_of(path)[1]
    with whole_file(out, away_from=path.parent, force=force) as file, bar_over(f"exporting {what}", path) as tell:
        rows = _telling(tell, rows_in_pieces(path, upto=upto, types=table.types))
        write(table, tally.counted(table.rows(rows, tally.skip)), file)
    click.echo(f"{out}: {tally.rows:,} rows of {what}, {day}")
    if tally.skipped:
        click.echo(f"{tally.skipped:,} records not whole, the first at seq {tally.first_seq}: {tally.why}", err=True)
    return 0


def _telling(tell: Tell, rows: Iterable[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count % PROGRESS_EVERY == 0:
            tell(row.seq)
        yield row
