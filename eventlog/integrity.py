"""The hash chain over commits: one altered, lost or inserted row changes every hash after it."""

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from eventlog.schema import COLUMNS, Row

START = bytes(32)
"""The chain before the first commit of the first file."""


class Finding(NamedTuple):
    """Something wrong with a file. seq: the first row it concerns; every row before is proven good."""

    seq: int
    what: str


def extend(chain: bytes, rows: Iterable[Row]) -> bytes:
    """The chain after a commit of `rows`. Lengths are hashed too, so no two different commits hash alike."""
    digest = hashlib.sha256(chain)
    for row in rows:
        head = f"{row.seq} {row.stream} {row.type} {row.version} {row.cause} {row.at_ns} {len(row.payload)} "
        digest.update(head.encode() + row.payload)
    return digest.digest()


def check(connection: sqlite3.Connection) -> Finding | None:
    """The first thing wrong with the file, or None: chain, gaps, rows outside any commit."""
    first_seq, chain = connection.execute("select first_seq, chain from about").fetchone()
    expected = first_seq
    for last_seq, recorded in connection.execute("select last_seq, chain from commits order by last_seq"):
        rows = rows_between(connection, expected, last_seq)
        if [row.seq for row in rows] != list(range(expected, last_seq + 1)):
            return Finding(expected, f"rows {expected} to {last_seq} are one commit, but {len(rows)} of them are there")
        chain = extend(chain, rows)
        if chain != recorded:
            return Finding(expected, f"one of the rows {expected} to {last_seq} was altered: their hash does not match")
        expected = last_seq + 1
    outside = "select min(seq) from events where seq < ? or seq >= ?"
    stray = connection.execute(outside, (first_seq, expected)).fetchone()[0]
    return Finding(stray, f"row {stray} belongs to no commit") if stray is not None else None


def rows_between(connection: sqlite3.Connection, first_seq: int, last_seq: int) -> list[Row]:
    """The rows from `first_seq` to `last_seq`, both included, as they were hashed."""
    query = f"select {COLUMNS} from events where seq between ? and ? order by seq"
    return [Row(*row) for row in connection.execute(query, (first_seq, last_seq))]
