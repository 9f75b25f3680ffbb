"""Tables as files of other programs: CSV, JSON lines and Parquet; whole or not at all."""

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import msgspec

from kis_actors.commands.export_rows import Table, Values
from kis_actors.commands.reading import json_of

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet may run as a formula begins like this, wide characters included."""

Write = Callable[[Table, Iterable[Values], IO[bytes]], None]


def writer_of(format_: str) -> Write:
    """What writes csv, jsonl or parquet. Raises ValueError if a package for it is not installed."""
    if format_ != "parquet":
        return {"csv": write_csv, "jsonl": write_jsonl}[format_]
    from kis_actors.commands.parquet import write_parquet

    return write_parquet


def write_csv(table: Table, rows: Iterable[Values], file: IO[bytes]) -> None:
    """UTF-8; with a byte order mark if there may be Hangul, which Excel in Korea takes for CP949 otherwise."""
    encoding = "utf-8" if table.is_ascii else "utf-8-sig"
    text = TextIOWrapper(file, encoding, newline="")
    cells = csv.writer(text, lineterminator="\n")
    cells.writerow(column.name for column in table.columns)
    cells.writerows(map(_cell, row) for row in rows)
    text.flush()
    text.detach()


def write_jsonl(table: Table, rows: Iterable[Values], file: IO[bytes]) -> None:
    """One object a line."""
    names = [column.name for column in table.columns]
    encode = msgspec.json.Encoder().encode
    file.writelines(encode(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


@contextmanager
def whole_file(path: Path, *, away_from: Path, force: bool) -> Iterator[IO[bytes]]:
    """A private file (mode 0600) that takes the name `path` when all is written, and is gone if anything fails.

    Raises FileExistsError unless `force`, and ValueError for a place where nothing may be written: the folder
    `away_from`, which holds the log.
    """
    _check_place(path, away_from, force)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".unfinished", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _check_place(path, away_from, force)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def _check_place(path: Path, away_from: Path, force: bool) -> None:
    if path.is_dir():
        raise ValueError(f"--out: expected a file, and {path} is a folder; name a file in it")
    if os.path.lexists(path) and not path.is_file():  # a device, say, which root could replace
        raise ValueError(f"--out: {path} is no ordinary file; name another")
    if not path.parent.is_dir():
        raise ValueError(f"--out: there is no folder {path.parent}; make it first")
    if away_from.resolve() in path.resolve().parents:
        raise ValueError(f"--out: {path.parent} holds the log, and nothing else is written there; name another folder")
    if os.path.lexists(path) and not force:
        raise FileExistsError(f"--out: {path} is there already; name another file, or add --force to replace it")


def _cell(value: Any) -> Any:
    match value:
        case str():
            return f"'{value}" if value.lstrip().startswith(FORMULA) else value
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case None | int() | float():
            return value
    return json_of(value)
