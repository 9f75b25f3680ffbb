"""What can be said of a day file before anybody writes to it: whole, or from where on it is not."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from eventlog.integrity import Finding, Tell, is_momentary, unwatched
from eventlog.mark import Mark
from eventlog.reading import end_known_of, open_reader
from eventlog.store import companions_of
from eventlog.trouble import require_readable


class Verdict(NamedTuple):
    """finding: what is wrong, None for nothing. last_seq: of the last commit there is. mark: None if nothing beside it
    tells where it ends."""

    finding: Finding | None
    last_seq: int
    mark: Mark | None


def verdict_on(path: Path, *, after: int = 0, tell: Tell = unwatched) -> Verdict:
    """Looks at what comes after seq `after`, and whether the file goes as far as its mark or manifest says.

    Twice before it says that something is wrong, for SQLite takes an error of the disk for damage. Raises
    sqlite3.OperationalError if the file cannot be read now, OSError if the disk does not give it. tell: hears the
    rows that are good, on the second look once more.
    """
    verdict = _seen_in(path, after, tell)
    if verdict.finding is None:
        return verdict
    for one in (path, companions_of(path)[0]):
        if one.exists():
            require_readable(one)
    return _seen_in(path, after, tell)


def _seen_in(path: Path, after: int, tell: Tell) -> Verdict:
    mark, trouble = None, ""
    try:
        mark = end_known_of(path)
    except ValueError as error:
        trouble = str(error)
    try:
        with open_reader(path) as reader:
            finding, last_seq = reader.check(after=after, mark=mark, tell=tell), reader.last_commit()[0]
    except sqlite3.DatabaseError as error:
        if is_momentary(error):
            raise
        return Verdict(Finding(after + 1, f"this is no log that can be read: {error}"), after, mark)
    return Verdict(finding or (Finding(last_seq + 1, trouble) if trouble else None), last_seq, mark)
