"""The tables of a day file.

events: one row an event. commits: after each transaction, the last seq and the hash chain so far. about: what the
file continues from. `seq` is the rowid, and no index holds ticks, which made appends 4.6 times slower: the only one
there is leaves out the types that most rows are of (`about.bulk`).

Format 1 has no such index, and no mark beside the file; it is read, and gone on with, as it is.
"""

import json
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from sqlite_utils import Database

FORMAT = 2
COLUMNS = "seq, stream, type, version, cause, at, cast(payload as blob)"
"""What a Row is made of, in its order."""


class Row(NamedTuple):
    """One event as the file holds it. at_ns: wall clock, nanoseconds since 1970 (UTC). payload: JSON."""

    seq: int
    stream: str
    type: str
    version: int
    cause: int
    at_ns: int
    payload: bytes


row_of = partial(tuple.__new__, Row)
"""Row(*row) at a third of the cost, at every record there is."""


class About(NamedTuple):
    """What the file says of itself. bulk: the types that its index leaves out; () if it has none."""

    format: int
    first_seq: int
    chain: bytes
    bulk: tuple[str, ...]


def create(connection: sqlite3.Connection, *, day: str, first_seq: int, chain: bytes, bulk: Sequence[str]) -> None:
    """Makes the tables of a new file that continues after seq `first_seq - 1` and the hash `chain`.

    bulk: the types that most rows are of; the others are found without reading past these.
    """
    db = Database(connection)
    with db.atomic():
        db.table("events").create(
            {"seq": int, "stream": str, "type": str, "version": int, "cause": int, "at": int, "payload": str},
            pk="seq",
            not_null={"stream", "type", "version", "cause", "at", "payload"},
        )
        db.table("commits").create({"last_seq": int, "chain": bytes}, pk="last_seq", not_null={"chain"})
        describe(db, About(FORMAT, first_seq, chain, tuple(bulk)), day)
        if bulk:
            connection.execute(f"create index notable on events (seq, type, stream) where {is_none_of(bulk)}")


def describe(db: Database, about: About, day: str) -> None:
    """Makes the table about, of a new file."""
    bulk = json.dumps(about.bulk)
    row = {"format": about.format, "day": day, "first_seq": about.first_seq, "chain": about.chain, "bulk": bulk}
    db.table("about").insert(row)


def asked(connection: sqlite3.Connection, query: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
    """What the connection answers. Raises sqlite3.DatabaseError, also where what SQLite says is no text."""
    try:
        return connection.execute(query, values)
    except UnicodeDecodeError as error:  # a name out of a broken file, in its words; no error of SQLite's to Python
        raise sqlite3.DatabaseError(f"the tables cannot be read: {error}") from None


def about_of(connection: sqlite3.Connection) -> About:
    """What the file says of itself. Raises sqlite3.DatabaseError if that cannot be."""
    row = asked(connection, "select * from about").fetchone()
    if row is None or (*map(type, row[:4]),) != (int, str, int, bytes):
        raise sqlite3.DatabaseError(f"expected format, day, first seq and chain in the table about, found {row}")
    try:
        return About(row[0], row[2], row[3], tuple(json.loads(row[4])) if row[0] > 1 else ())
    except (ValueError, TypeError, IndexError):
        raise sqlite3.DatabaseError(f"expected names of types in the table about, found {row[4:]}") from None


def is_none_of(bulk: Sequence[str]) -> str:
    """The condition of the index; a query uses the index only if it says the same words."""
    names = ", ".join(f"'{name}'" for name in bulk)
    return f"type not in ({names})"
