"""Day files as the first version wrote them: a table of events, no index, and no mark beside."""

import sqlite3
from pathlib import Path

from days import rows_in

from eventlog.mark import mark_path_of

TABLES = """
create table events (seq integer primary key, stream text not null, type text not null, version integer not null,
                     cause integer not null, at integer not null, payload text not null);
create table commits (last_seq integer primary key, chain blob not null);
create table about (format integer, day text, first_seq integer, chain blob);
"""


def in_first_format(path: Path) -> Path:
    """Puts a file of the first format, with the same rows and commits, in the place of `path`."""
    texts = [(*row[:6], row.payload.decode()) for row in rows_in(path)]
    commits, about = _asked(path, "select * from commits"), _asked(path, "select day, first_seq, chain from about")
    path.unlink()
    mark_path_of(path).unlink()
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    connection.executemany("insert into about values (1, ?, ?, ?)", about)
    connection.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?)", texts)
    connection.executemany("insert into commits values (?, ?)", commits)
    connection.commit()
    connection.close()
    return path


def _asked(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
