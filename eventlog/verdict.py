"""What can be said of a day file before anybody writes to it: whole, or from where on it is not."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from eventlog.integrity import Finding, is_momentary
from eventlog.mark import Mark, read_mark
from eventlog.store import Reader


class Verdict(NamedTuple):
    """finding: what is wrong, None for nothing. last_seq: of the last commit there is. mark: None if it has none."""

    finding: Finding | None
    last_seq: int
    mark: Mark | None


def verdict_on(path: Path, *, after: int = 0) -> Verdict:
    """Looks at what comes after seq `after`, and whether the file goes as far as its mark says.

    Raises sqlite3.OperationalError if the file cannot be read now.
    """
    mark, trouble = None, ""
    try:
        mark = read_mark(path)
    except ValueError as error:
        trouble = str(error)
    try:
        with Reader(path) as reader:
            finding, last_seq = reader.check(after=after, mark=mark), reader.last_commit()[0]
    except sqlite3.DatabaseError as error:
        if is_momentary(error):
            raise
        return Verdict(Finding(after + 1, f"this is no log that can be read: {error}"), after, mark)
    return Verdict(finding or (Finding(last_seq + 1, trouble) if trouble else None), last_seq, mark)
