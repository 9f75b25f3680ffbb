"""The hash chain over commits: one altered, lost or inserted row changes every hash after it."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain as chained
from itertools import islice, zip_longest
from typing import NamedTuple

from eventlog.mark import Mark
from eventlog.schema import (
    COLUMNS,
    Row,
    about_of,
    asked,
    indexed_in,
    is_none_of,
    kinds_of,
    notable_in,
    row_of,
)

ROW_TYPES = (int, str, str, int, int, int, bytes)
MOMENTARY = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_INTERRUPT,
)  # fmt: skip
IS_VIEW = "select 1 from sqlite_master where name = 'events' and type = 'view'"
START = bytes(32)
"""The chain before the first commit of the first file."""


Tell = Callable[[Sequence[Row]], None]
"""Hears the rows that a check has found to be good, as they come."""


class Finding(NamedTuple):
    """Something wrong with a file. seq: the first row it concerns; every row before is proven good."""

    seq: int
    what: str


class Broken(Exception):
    """A file is not what was written; the finding says from where on."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def unwatched(_: Sequence[Row]) -> None:
    """Nobody waits to hear."""


def extend(chain: bytes, rows: Iterable[Row]) -> bytes:
    """The chain after a commit of `rows`. Lengths are hashed too, so no two different commits hash alike."""
    digest = hashlib.sha256(chain)
    same: tuple[object, ...] = ()
    for seq, stream, name, version, cause, at_ns, payload in rows:
        if same != (stream, name, version, cause):  # most rows are like the one before
            same = stream, name, version, cause
            kind = f" {stream} {name} {version} {cause} "
        digest.update(f"{seq}{kind}{at_ns} {len(payload)} ".encode() + payload)
    return digest.digest()


def commits(connection: sqlite3.Connection, after: int = 0) -> Iterator[tuple[list[Row], bytes]]:
    """The rows of each commit beyond seq `after`, or from the one it is in, and their chain; as far as all is well.

    Raises Broken at the first row that is not. What comes before is taken as proven.
    """
    expected, chain = _proven(connection, after)
    rows = map(row_of, asked(connection, f"select {COLUMNS} from events where seq >= ? order by seq", (expected,)))
    ends = "select last_seq, chain from commits where last_seq >= ? order by last_seq"
    try:
        for last_seq, recorded in connection.execute(ends, (expected,)):
            found = list(islice(rows, max(0, last_seq - expected + 1)))
            chain = _required(found, expected, last_seq, chain, recorded)
            yield found, chain
            expected = last_seq + 1
    except sqlite3.DatabaseError as error:
        if is_momentary(error):
            raise
        raise Broken(Finding(expected, f"record {expected} and what follows cannot be read: {error}")) from None


def check(
    connection: sqlite3.Connection, *, after: int = 0, mark: Mark | None = None, tell: Tell = unwatched
) -> Finding | None:
    """The first thing wrong with the file beyond seq `after`, or None: chain, gaps, rows outside any commit, mark.

    The index too; what is wrong with that alone concerns no row, so that its finding is of the seq after the last.
    tell: hears the rows of each commit that is good.
    """
    first_seq = _proven(connection, after)[0]
    last_seq = first_seq - 1
    try:
        for rows, _ in commits(connection, after):
            last_seq = rows[-1].seq
            tell(rows)
        found = _stray(connection, last_seq) or (mark and _beyond(connection, mark, last_seq))
        return found or _misnamed(connection, last_seq) or _misled(connection, first_seq, last_seq)
    except Broken as broken:
        return broken.finding


def is_momentary(error: sqlite3.DatabaseError) -> bool:
    """Whether the file may be read another time: it is locked, or the machine fails. Else its content is at fault."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in MOMENTARY


def _required(found: list[Row], first_seq: int, last_seq: int, chain: bytes, recorded: bytes) -> bytes:
    """The chain after a commit that is whole. Raises Broken."""
    if len(found) != last_seq + 1 - first_seq or [row[0] for row in found] != list(range(first_seq, last_seq + 1)):
        there = sum(row.seq <= last_seq for row in found)
        what = f"rows {first_seq} to {last_seq} are one commit, but {there} of them are there"
        raise Broken(Finding(first_seq, what))
    if not _are_rows(found) or (chain := extend(chain, found)) != recorded:
        what = f"one of the rows {first_seq} to {last_seq} was altered: their hash does not match"
        raise Broken(Finding(first_seq, what))
    return chain


def _are_rows(rows: list[Row]) -> bool:
    """SQLite keeps anything in any column."""
    return [*map(type, chained.from_iterable(rows))] == [*ROW_TYPES] * len(rows)


def _proven(connection: sqlite3.Connection, after: int) -> tuple[int, bytes]:
    """The seq that follows the last commit at or before `after`, and the chain there."""
    last = "select last_seq + 1, chain from commits where last_seq <= ? order by last_seq desc limit 1"
    about = about_of(connection)
    seq, chain = connection.execute(last, (after,)).fetchone() or (about.first_seq, about.chain)
    if not isinstance(chain, bytes):
        raise sqlite3.DatabaseError(f"expected a hash in the table commits, found {chain!r}")
    return seq, chain


def _stray(connection: sqlite3.Connection, last_seq: int) -> Finding | None:
    # Two looks: for "before or after" in one, SQLite reads all rows in between.
    outside = """select min(seq) from (select min(seq) as seq from events where seq < (select first_seq from about)
        union all select min(seq) from events where seq > ?)"""
    stray = asked(connection, outside, (last_seq,)).fetchone()[0]
    return Finding(stray, f"row {stray} belongs to no commit") if stray is not None else None


def _beyond(connection: sqlite3.Connection, mark: Mark, last_seq: int) -> Finding | None:
    """What the mark knows and the file does not."""
    if mark.seq > last_seq:
        lost = f"the log ends at {last_seq}, but the mark beside it says that it went on to {mark.seq}"
        return Finding(last_seq + 1, f"{lost}: {mark.seq - last_seq} records are missing")
    last = "select chain from commits where last_seq = ? union all select chain from about where first_seq = ? + 1"
    if (mark.chain,) not in connection.execute(last, (mark.seq, mark.seq)).fetchall():
        return Finding(mark.seq, f"the mark beside the log knows another history up to record {mark.seq}")
    return None


def _misnamed(connection: sqlite3.Connection, last_seq: int) -> Finding | None:
    """Whether who goes on would take one format, or kind, for another; kinds that rows are of, the chain has proven."""
    try:
        said, is_view = about_of(connection).format, asked(connection, IS_VIEW).fetchone() is not None
        if is_view != (said >= 3):
            return Finding(last_seq + 1, f"it says that its format is {said}, but its tables are not of that")
        if is_view:
            kinds_of(connection)
        return None
    except sqlite3.DatabaseError as error:
        if is_momentary(error):
            raise
        return Finding(last_seq + 1, f"the kinds of its records cannot be read: {error}")


def _misled(connection: sqlite3.Connection, first_seq: int, last_seq: int) -> Finding | None:
    """Whether who looks something up in the index, from `first_seq` on, is led to other rows than the file has."""
    about = about_of(connection)
    if not about.bulk:
        return None
    select = "select seq, type, stream from {} where seq >= ? and {} order by seq"
    by_name = select.format("events not indexed", is_none_of(about.bulk))
    by_index = select.format(indexed_in(about), notable_in(about))
    try:
        pairs = zip_longest(*(asked(connection, query, (first_seq,)) for query in (by_name, by_index)))
        wrong = next((row or entry for row, entry in pairs if row != entry), None)
    except sqlite3.DatabaseError as error:
        if is_momentary(error):
            raise
        return Finding(last_seq + 1, f"the index of its records cannot be read: {error}")
    return wrong and Finding(last_seq + 1, f"the index of its records is wrong about record {wrong[0]}")
