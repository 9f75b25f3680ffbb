"""How rows are put into the tables of a day file; `schema` says what these are."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from eventlog.schema import Kind, Row, about_of, kinds_of

WIDTH = 5
"""Columns of `records`."""
AT_ONCE = 25
"""SQLite takes a third less time for a row if one statement has so many; 50 gain a fiftieth more, but are rarer."""
HEADED_KINDS_MAX = 1000
"""With so many kinds, payloads do not begin alike: from then on they are kept whole."""
_CELLS = (f"({', '.join('?' * WIDTH)})",)
ONE, MANY = (f"insert into records values {', '.join(_CELLS * rows)}" for rows in (1, AT_ONCE))

Insert = Callable[[Sequence[Row]], None]


def insert_of(connection: sqlite3.Connection) -> Insert:
    """What puts rows into the file, whatever its format; inside a transaction. Raises sqlite3.Error."""
    about = about_of(connection)
    return partial(_insert_whole, connection) if about.format < 3 else _Records(connection, about.bulk)


def _insert_whole(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    cells = ((*row[:6], row.payload.decode()) for row in rows)
    connection.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?)", cells)


class _Records:
    """Puts rows into `records`, and kinds that are new into `kinds`."""

    def __init__(self, connection: sqlite3.Connection, bulk: Sequence[str]) -> None:
        self._connection = connection
        self._bulk = frozenset(bulk)
        self._kinds = _Kinds(connection, bulk)

    def __call__(self, rows: Sequence[Row]) -> None:
        cells, together = self._cells(rows), AT_ONCE * WIDTH
        rest = len(cells) // together * together
        self._connection.executemany(MANY, _cut(cells, 0, rest, together))
        self._connection.executemany(ONE, _cut(cells, rest, len(cells), WIDTH))

    def _cells(self, rows: Sequence[Row]) -> list[int | str]:
        """One row after the other, in one list: to cut that up costs less than to chain tuples."""
        kinds, headed = self._kinds, self._bulk if len(self._kinds) < HEADED_KINDS_MAX else ()
        cells: list[int | str] = []
        for seq, stream, name, version, cause, at_ns, payload in rows:
            text = payload.decode()
            head, mark, tail = text.partition('":"') if name in headed else ("", "", text)
            cells += seq, kinds[stream, name, version, head + mark], cause, at_ns, tail
        return cells


def _cut(cells: list[int | str], begin: int, end: int, width: int) -> list[list[int | str]]:
    return [cells[at : at + width] for at in range(begin, end, width)]


class _Kinds(dict[Kind, int]):
    """The id of each kind. One that is asked for the first time gets the next, and is written.

    After a transaction that failed it knows kinds that the file does not: its writer ends then, as after any error.
    """

    def __init__(self, connection: sqlite3.Connection, bulk: Sequence[str]) -> None:
        super().__init__(kinds_of(connection))
        self._connection, self._bulk = connection, bulk

    def __missing__(self, kind: Kind) -> int:
        self[kind] = self._id_of(kind[1])
        self._connection.execute("insert into kinds values (?, ?, ?, ?, ?)", (self[kind], *kind))
        return self[kind]

    def _id_of(self, name: str) -> int:
        """Not above zero for bulk; zero, which SQLite keeps in no byte at all, for the first kind of most rows."""
        if name in self._bulk[:1] and 0 not in self.values():
            return 0
        number = len(self) + 1
        return -number if name in self._bulk else number
