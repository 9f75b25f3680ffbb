"""One day file, written by exactly one connection and read by any number of others, which cannot harm it."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from eventlog import integrity
from eventlog.day import unfinished_of
from eventlog.mark import Mark, MarkFile, mark_path_of
from eventlog.records import insert_of
from eventlog.schema import COLUMNS, About, Row, about_of, asked, create, notable_in, row_of
from eventlog.views import create_views

Durability = Literal["full", "normal"]
BUSY_TIMEOUT_S = 5
WAL_BYTES = 4 * 1024 * 1024
"""SQLite lets its write-ahead log become about so long before it folds it into the file and begins anew. It cannot
while somebody reads what was there before; what it grew by meanwhile is given back when it can."""
WAL_BYTES_MAX = 4 * WAL_BYTES
"""Beyond it the writer waits for those who read: they may overlap, so that SQLite never finds a moment without any."""
WAL_READERS_WAIT_S = 0.05
"""So long; if somebody reads on, it waits again only after WAL_BYTES more."""
WAL_LOOK_ROWS, WAL_LOOK_COMMITS = 4096, 64
"""How long it became is looked up after so many rows, or commits. Linux gives a file that was looked at a new time of
change with the next write, which the next sync must then bring to the disk: 70 us of a commit of 400."""


class Writer:
    """Appends commits to a day file. Use it from the thread that made it.

    Any error while writing is the caller's reason to stop: a COMMIT that reports an error may have happened.
    """

    def __init__(self, path: Path, durability: Durability = "full") -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
        (mode,) = self._connection.execute("pragma journal_mode = wal").fetchone()
        if mode != "wal":  # SQLite goes on without, and does not call it an error
            raise sqlite3.OperationalError(f"{path} cannot have a write-ahead log: SQLite keeps to the mode {mode!r}")
        self._is_full = durability == "full"
        self._connection.execute(f"pragma journal_size_limit = {WAL_BYTES}")
        self._sync("full" if self._is_full else "normal")
        self._db = Database(self._connection)
        self._insert = insert_of(self._connection)
        self.last_seq, self._chain = last_commit(self._connection)
        self._wal, self._fold_at_bytes = companions_of(path)[0], WAL_BYTES_MAX
        self._look_in_rows = 0
        self._mark = MarkFile(path)

    @classmethod
    def create(
        cls, path: Path, *, day: str, last_seq: int, chain: bytes, opening: Sequence[Row] = (),
        bulk: Sequence[str] = (), views: Mapping[str, str] | None = None, durability: Durability = "full",
    ) -> "Writer":  # fmt: skip
        """A new file that continues after `last_seq` and `chain` of the one before; 0 and integrity.START at first.

        It bears its name only once the rows of `opening` and its mark are there. bulk: see schema.create.
        views: selects by name, for people with an SQL tool.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        sync_directory(path.parent.parent)  # or the folder may be gone with all that is in it
        unfinished = unfinished_of(path)
        for leftover in (mark_path_of(path), *companions_of(unfinished), unfinished):
            leftover.unlink(missing_ok=True)
        connection = sqlite3.connect(unfinished, isolation_level=None)
        create(connection, day=day, first_seq=last_seq + 1, chain=chain, bulk=bulk)
        create_views(connection, views or {})
        connection.close()
        writer = cls(unfinished, durability)  # whose mark has its lasting name already
        if opening:
            writer.append(opening)
        writer.close()
        unfinished.rename(path)
        sync_directory(path.parent)
        return cls(path, durability)

    def append(self, rows: Sequence[Row], *, is_lasting: bool = False) -> None:
        """Commits `rows`, whose seqs go on from the last one, as one transaction with its link of the chain.

        is_lasting: when this returns they survive the loss of power, whatever the durability, and the mark says so.
        """
        chain = integrity.extend(self._chain, rows)
        with self._synced_for(is_lasting), self._db.atomic():
            self._insert(rows)
            self._connection.execute("insert into commits values (?, ?)", (rows[-1].seq, chain))
        self.last_seq, self._chain = rows[-1].seq, chain
        if is_lasting:
            self._mark.write(Mark(self.last_seq, self._chain))
        self._look_in_rows -= max(len(rows), WAL_LOOK_ROWS // WAL_LOOK_COMMITS)
        if self._look_in_rows <= 0:
            self._look_in_rows = WAL_LOOK_ROWS
            self._bound_wal()

    @property
    def chain(self) -> bytes:
        """The hash over everything committed, over all files."""
        return self._chain

    def close(self) -> None:
        """Folds the write-ahead log into the file, marks the end and lets go, which it does after an error, too."""
        try:
            self._sync("full")
            self._connection.execute("pragma wal_checkpoint(truncate)")
            self._connection.close()
            self._mark.write(Mark(self.last_seq, self._chain))
        except (sqlite3.Error, OSError):
            self.abandon()
            raise
        self._mark.close()

    def abandon(self) -> None:
        """Lets go after an error: what was committed stays, and how far that is, the next start looks up."""
        with suppress(sqlite3.Error):
            self._connection.close()
        self._mark.close()

    @contextmanager
    def _synced_for(self, is_lasting: bool) -> Iterator[None]:
        """A full commit takes along all those before it that were not."""
        if self._is_full or not is_lasting:
            yield
            return
        self._sync("full")
        yield
        self._sync("normal")

    def _bound_wal(self) -> None:
        """Empties a write-ahead log that became too long, unless somebody reads on."""
        wal_bytes = self._wal.stat().st_size
        if wal_bytes < WAL_BYTES_MAX:
            self._fold_at_bytes = WAL_BYTES_MAX
        elif wal_bytes >= self._fold_at_bytes:
            self._connection.execute(f"pragma busy_timeout = {WAL_READERS_WAIT_S * 1000:.0f}")
            self._connection.execute("pragma wal_checkpoint(truncate)")
            self._connection.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_S * 1000}")
            self._fold_at_bytes = self._wal.stat().st_size + WAL_BYTES

    def _sync(self, how: str) -> None:
        self._connection.execute(f"pragma synchronous = {how}")


def companions_of(path: Path) -> tuple[Path, Path]:
    """Where SQLite keeps what is not in the file `path` itself yet, and the index of that."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def sync_file(path: Path) -> None:
    """What is in the file `path` survives the loss of power. Never for a file that is written: see Reader."""
    with path.open("rb" if os.name == "posix" else "r+b") as file:  # Windows syncs only what may be written
        os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Names that were given in `directory` survive the loss of power. Not on Windows, which has no such call."""
    if os.name == "posix":
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Reader:
    """Reads a day file, of a running daemon too. Opens it read-only, so that nothing a tool does can reach the file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        self._connection.execute("pragma query_only = on")

    def rows(
        self, *, after: int = 0, types: Sequence[str] = (), streams: Sequence[str] = (), is_notable: bool = False
    ) -> Iterator[Row]:
        """The rows after seq `after`, in order; of these types and these streams only, if any are named.

        is_notable: only those whose types are not bulk, without reading past the others.
        """
        about = about_of(self._connection)
        is_notable = is_notable or bool(types and not set(types) & set(about.bulk))
        conditions, values = ["seq > ?"], [after, *types, *streams]
        conditions += [notable_in(about)] if about.bulk and is_notable else []
        conditions += [f"type in ({_marks(types)})"] if types else []
        conditions += [f"stream in ({_marks(streams)})"] if streams else []
        query = f"select {COLUMNS} from events where {' and '.join(conditions)} order by seq"
        return map(row_of, asked(self._connection, query, values))

    def last_commit(self) -> tuple[int, bytes]:
        """The last seq in the file, and the hash chain there."""
        return last_commit(self._connection)

    def check(
        self, *, after: int = 0, mark: Mark | None = None, tell: integrity.Tell = integrity.unwatched
    ) -> integrity.Finding | None:
        """The first thing wrong beyond seq `after`, or None; as it was at one moment, also while it is written.

        mark: read before this call, so that a log that goes on is not behind it. tell: hears the rows that are good.
        """
        self._connection.execute("begin")
        try:
            return integrity.check(self._connection, after=after, mark=mark, tell=tell)
        finally:
            with suppress(sqlite3.DatabaseError):  # a broken file may refuse even that
                self._connection.execute("rollback")

    def commits(self) -> Iterator[tuple[list[Row], bytes]]:
        """The rows of each commit, and the chain after it, as far as all is well. Raises integrity.Broken after."""
        return integrity.commits(self._connection)

    def about(self) -> About:
        """What the file says of itself."""
        return about_of(self._connection)

    def has_commit(self, seq: int, chain: bytes) -> bool:
        """Whether a commit ends at `seq` with this chain."""
        found = self._connection.execute("select chain from commits where last_seq = ?", (seq,)).fetchone()
        return bool(found == (chain,))

    def problem(self) -> str:
        """What is wrong with the file as a file, "" for nothing; slow, for it reads all of it."""
        try:
            said = "; ".join(row[0] for row in self._connection.execute("pragma integrity_check(3)"))
        except sqlite3.DatabaseError as error:  # it may be too broken to be told how
            if integrity.is_momentary(error):
                raise
            said = str(error)
        return "" if said == "ok" else f"SQLite finds: {said}"

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def last_commit(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """The last committed seq and the chain there; of a file without commits, what it continues from."""
    found = asked(connection, "select last_seq, chain from commits order by last_seq desc limit 1").fetchone()
    if found is None:
        about = about_of(connection)
        found = about.first_seq - 1, about.chain
    return found[0], found[1]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
