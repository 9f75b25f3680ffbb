"""The tables of a day file.

events: one row an event, by which everybody reads; a view, and behind it, so that no row repeats what most rows say,
kinds: what many rows have in common: who said it, type, version, and how the payload begins (head), and
records: what each has of its own: its kind, and the rest of the payload (tail).
commits: after each transaction, the last seq and the hash chain so far. about: what the file continues from.

A kind comes with its first row, in the same transaction. The chain is over rows as `events` shows them, so it proves
every entry of `kinds` too: a name that is altered, lost or mixed up alters each row that says it. A table of all names,
written once, would have entries that no row proves.

`seq` is the rowid, and no index holds ticks, which made appends 4.6 times slower: the only one there is leaves out the
types that most rows are of (`about.bulk`, the most frequent first), whose kinds have ids of zero, which takes no room,
and below. Only they have heads: a frame's is `{"link":1,"text":"`. That takes a frame of 259 bytes, in commits of 4,
from 349 bytes in the file to 305; reading takes 0.1 us a row more of 1.0 (measured), and an SQL tool still sees names
and whole payloads.

In formats 1 and 2 `events` is a table of all that; format 1 has no index, and no mark beside the file. Both are read,
and gone on with, as they are.
"""

import json
import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from sqlite_utils import Database

FORMAT = 3
COLUMNS = "seq, stream, type, version, cause, at, cast(payload as blob)"
"""What a Row is made of, in its order."""
Kind = tuple[str, str, int, str]
"""Stream, type, version and head."""


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

    bulk: the types that most rows are of, whose payloads begin alike up to their first text; the others are found
    without reading past these.
    """
    db = Database(connection)
    with db.atomic():
        kinds = {"id": int, "stream": str, "type": str, "version": int, "head": str}
        db.table("kinds").create(kinds, pk="id", not_null=set(kinds))
        records = {"seq": int, "kind": int, "cause": int, "at": int, "tail": str}
        db.table("records").create(records, pk="seq", not_null=set(records))
        db.create_view("events", _joined("records"))
        db.table("commits").create({"last_seq": int, "chain": bytes}, pk="last_seq", not_null={"chain"})
        about = About(FORMAT, first_seq, chain, tuple(bulk))
        describe(db, about, day)
        if bulk:
            connection.execute(f"create index notable on records (seq, kind) where {notable_in(about)}")


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


def kinds_of(connection: sqlite3.Connection) -> dict[Kind, int]:
    """The kinds there are, and their ids. Raises sqlite3.DatabaseError if they cannot be read or told apart."""
    rows = asked(connection, "select stream, type, version, head, id from kinds").fetchall()
    kinds = {row[:4]: row[4] for row in rows}
    if len(kinds) < len(rows) or any((*map(type, kind),) != (str, str, int, str) for kind in kinds):
        raise sqlite3.DatabaseError("expected stream, type, version and head in the table kinds, and no two alike")
    return kinds


def notable_in(about: About) -> str:
    """The condition of the index; a query uses the index only if it says the same words."""
    return is_none_of(about.bulk) if about.format < 3 else "kind > 0"


def is_none_of(bulk: Sequence[str]) -> str:
    """The same by names, which is what it means."""
    names = ", ".join(f"'{name}'" for name in bulk)
    return f"type not in ({names})"


def indexed_in(about: About) -> str:
    """The events, for a query that must go by the index."""
    return "events indexed by notable" if about.format < 3 else f"({_joined('records indexed by notable')})"


def _joined(records: str) -> str:
    """Cross, so that SQLite goes through the records and looks their kinds up, and never the other way round."""
    return f"""select seq, stream, type, version, cause, at, head || tail as payload, kind
    from {records} cross join kinds on kinds.id = records.kind"""
