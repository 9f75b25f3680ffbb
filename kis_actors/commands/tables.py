"""Tables for people: as wide as the terminal or, elsewhere, as they need to be."""

import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kis_actors.printable import plain
from kis_actors.units import percent

WIDE = 240


def show_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """Prints the rows under their columns; the columns of `right` are of numbers."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(str(cell))) for cell in row))
    if sys.stdout.isatty():
        Console(file=sys.stdout).print(table)
        return
    text = StringIO()
    Console(file=text, width=WIDE).print(table)
    click.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines() if line.strip()))


def percent_or_dash(ratio: float | None) -> str:
    """A ratio for people, or that there is none."""
    return "-" if ratio is None else percent(ratio)
