"""Which SQLite keeps the log, and what is known about it."""

import sqlite3

VERSION = sqlite3.sqlite_version_info
WAL_RESET_FLAW = ((3, 7, 0), (3, 51, 2))
"""From and to: a log can lose commits when two connections write or checkpoint at once. Ours has one writer."""


def has_wal_reset_flaw() -> bool:
    """Whether this SQLite depends on there being a single writer."""
    first, last = WAL_RESET_FLAW
    return first <= VERSION <= last
