"""The tables of a day file.

events: one row an event. commits: after each transaction, the last seq and the hash chain so far. about: what the
file continues from. `seq` is the rowid, and no index holds ticks, which made appends 4.6 times slower: the only one
there is leaves out the types that most rows are of (`about.bulk`).

Format 1 has no such index, and no mark beside the file; it is read, and gone on with, as it is.
"""

import json
import sqlite3
from collections.abc import Sequence
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
        about = {"format": FORMAT, "day": day, "first_seq": first_seq, "chain": chain, "bulk": json.dumps([*bulk])}
        db.table("about").insert(about)
        if bulk:
            connection.execute(f"create index notable on events (seq, type, stream) where {is_none_of(bulk)}")


def bulk_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The types that the file's index leaves out; () if it has none."""
    version, *_ = connection.execute("select format from about").fetchone()
    return () if version < 2 else tuple(json.loads(connection.execute("select bulk from about").fetchone()[0]))


def is_none_of(bulk: Sequence[str]) -> str:
    """The condition of the index; a query uses the index only if it says the same words."""
    names = ", ".join(f"'{name}'" for name in bulk)
    return f"type not in ({names})"
