"""Day files in memory, with the faults of a disk: what is not committed dies, and nobody knows of a commit cut short.

Stands in for eventlog's files wherever the daemon's own code opens one, so that recovery runs as it is.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from unittest.mock import patch

import msgspec

from eventlog import integrity, passage, snapshot, verdict
from eventlog.mark import Mark
from eventlog.records import insert_of
from eventlog.schema import Row, create
from eventlog.snapshot import Snapshot, snapshot_path_of
from kis_actors import day_files, long_logs, replay, snapshots


class Killed(Exception):
    """Stands for kill -9: it strikes between two steps, before a commit, or right after one."""


class Broken(AssertionError):
    """An invariant does not hold; begins with its name, as "I4: ..."."""


class File:
    """One day file: what is durable. Its rows begin with `first_seq`.

    mark: the high-water mark beside it. has_loose_end: its last writer died, or still lives.
    """

    def __init__(self, day: str, first_seq: int, chain: bytes) -> None:
        self.day = day
        self.first_seq = first_seq
        self.first_chain = chain
        self.rows: list[Row] = []
        self.commits: list[tuple[int, bytes]] = []
        self.mark: Mark | None = None
        self.has_loose_end = False
        self._image: sqlite3.Connection | None = None

    @property
    def last_commit(self) -> tuple[int, bytes]:
        """The last durable seq, and the chain there."""
        return self.commits[-1] if self.commits else (self.first_seq - 1, self.first_chain)

    def rows_after(self, seq: int) -> list[Row]:
        """What is durable beyond `seq`, in order."""
        return self.rows[max(0, seq + 1 - self.first_seq) :]

    def image(self) -> sqlite3.Connection:
        """The same file as SQLite would have it, for the code that reads it with SQL; kept, and brought up to date."""
        if self._image is None:
            self._image = sqlite3.connect(":memory:", isolation_level=None)
            create(self._image, day=self.day, first_seq=self.first_seq, chain=self.first_chain, bulk=())
        in_records, in_commits = (self._image.execute(f"select count(*) from {table}").fetchone()[0]
                                  for table in ("records", "commits"))  # fmt: skip
        self._image.execute("begin")
        insert_of(self._image)(self.rows[in_records:])
        self._image.executemany("insert into commits values (?, ?)", self.commits[in_commits:])
        self._image.execute("commit")
        return self._image


class Disk:
    """All day files. writes_left: how many more commits there are until the process dies in one; None for no end.

    is_kept: whether that last commit happened all the same.
    """

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.snapshots: dict[str, bytes] = {}
        self.writes_left: int | None = None
        self.is_kept = False
        self.writing: Writer | None = None

    def row(self, seq: int) -> Row | None:
        """The durable row `seq`; None if there is none."""
        for file in reversed(self.files.values()):
            if seq >= file.first_seq:
                place = seq - file.first_seq
                return file.rows[place] if place < len(file.rows) else None
        return None

    @property
    def marked_seq(self) -> int:
        """Up to here everything outlives the loss of power too."""
        return max((file.mark.seq for file in self.files.values() if file.mark), default=0)

    @property
    def last_seq(self) -> int:
        """The last durable seq of all."""
        return list(self.files.values())[-1].last_commit[0] if self.files else 0

    def write(self, change: Callable[[], None]) -> None:
        """Makes one change of a file. Raises Killed when it is time for that, and the change may have been made."""
        is_last = self.writes_left == 0
        self.writes_left = None if self.writes_left is None or is_last else self.writes_left - 1
        if not is_last or self.is_kept:
            change()
        if is_last:
            raise Killed


class Folder:
    """As much of pathlib.Path as the daemon needs to find its day files."""

    def __init__(self, disk: Disk, name: str = "") -> None:
        self.disk = disk
        self.name = name

    def __truediv__(self, name: str) -> "Folder":
        return Folder(self.disk, name)

    @property
    def stem(self) -> str:
        """The day of a file."""
        return self.name.rpartition(".")[0]

    @property
    def suffix(self) -> str:
        """What kind of file it is."""
        return f".{self.name.rpartition('.')[2]}"

    def with_suffix(self, suffix: str) -> "Folder":
        """What lies beside it."""
        return Folder(self.disk, self.stem + suffix)

    def read_bytes(self) -> bytes:
        """Of a snapshot; nothing else is read like that."""
        if self.name not in self.disk.snapshots:
            raise FileNotFoundError(self.name)
        return self.disk.snapshots[self.name]

    @property
    def file(self) -> File:
        """What is there."""
        return self.disk.files[self.name]

    def exists(self) -> bool:
        """Whether anything is."""
        return self.name in self.disk.files

    def glob(self, pattern: str) -> list["Folder"]:
        """All day files, of which none is sealed."""
        return [Folder(self.disk, name) for name in self.disk.files if name.endswith(pattern.removeprefix("*"))]


class Writer:
    """Has the interface of eventlog.store.Writer. A second one at the same time is a broken invariant."""

    def __init__(self, path: Folder, _: str = "full") -> None:
        if path.disk.writing:
            raise Broken("I12: two writers at once")
        self._disk = path.disk
        self._file = path.file
        self.last_seq, self.chain = path.file.last_commit
        path.file.has_loose_end = True
        path.disk.writing = self

    @classmethod
    def create(
        cls, path: Folder, *, day: str, last_seq: int, chain: bytes, opening: Sequence[Row] = (),
        durability: str = "full", **_: object,
    ) -> "Writer":  # fmt: skip
        """A new file, there with its opening rows or not at all; what only helps to read it is left out."""
        file = File(day, last_seq + 1, chain)
        if opening:
            file.rows += opening
            file.commits.append((opening[-1].seq, integrity.extend(chain, opening)))
        file.mark = Mark(*file.last_commit)
        path.disk.write(lambda: path.disk.files.update({path.name: file}))
        return cls(path, durability)

    def append(self, rows: Sequence[Row], *, is_lasting: bool = False) -> None:
        """One commit, whole or not at all; marked only after it."""
        if any(row.seq != seq for seq, row in enumerate(rows, self.last_seq + 1)):
            raise Broken(f"I2: rows {rows[0].seq} to {rows[-1].seq} written after {self.last_seq}")
        self._disk.write(lambda: self._add(rows))
        if is_lasting:
            self._file.mark = Mark(self.last_seq, self.chain)

    def _add(self, rows: Sequence[Row]) -> None:
        self.last_seq, self.chain = rows[-1].seq, integrity.extend(self.chain, rows)
        self._file.rows += rows
        self._file.commits.append((self.last_seq, self.chain))

    def close(self) -> None:
        """Marks the end and lets go of the file."""
        self._file.mark = Mark(self.last_seq, self.chain)
        self._file.has_loose_end = False
        self._disk.writing = None


class Reader:
    """Has the interface of eventlog.store.Reader."""

    def __init__(self, path: Folder) -> None:
        self._file = path.file

    def rows(
        self, *, after: int = 0, types: Sequence[str] = (), streams: Sequence[str] = (), is_notable: bool = False
    ) -> Iterator[Row]:
        """The rows after seq `after`, of these types and streams if any are named; without bulk if is_notable."""
        return (
            row for row in self._file.rows_after(after)
            if (not types or row.type in types) and (not streams or row.stream in streams)
            and not (is_notable and row.type in day_files.BULK)
        )  # fmt: skip

    def last_commit(self) -> tuple[int, bytes]:
        """The last seq, and the chain there."""
        return self._file.last_commit

    def has_commit(self, seq: int, chain: bytes) -> bool:
        """Whether a commit ends at `seq` with this chain."""
        return (seq, chain) in self._file.commits

    def check(
        self, *, after: int = 0, mark: Mark | None = None, tell: integrity.Tell = integrity.unwatched
    ) -> integrity.Finding | None:
        """What the real check says of the same file as SQLite has it."""
        return integrity.check(self._file.image(), after=after, mark=mark, tell=tell)

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to let go of."""


def write_snapshot(path: Folder, taken: Snapshot) -> None:
    """Puts it in the place of the one before, in the bytes of a real one."""
    body = msgspec.json.encode(taken)
    path.disk.snapshots[snapshot_path_of(path).name] = sha256(body).hexdigest().encode() + b"\n" + body  # type: ignore[arg-type]


@contextmanager
def in_memory() -> Iterator[None]:
    """While it lasts, the daemon's code opens these files, and none of the real ones."""
    with ExitStack() as stack:
        for module, name, stand_in in (
            *((module, "open_reader", Reader) for module in (day_files, passage, replay, verdict)),
            (day_files, "Writer", Writer), (day_files, "has_loose_end", lambda path: path.file.has_loose_end),
            (day_files, "copy_aside", lambda _: "no copy was kept"),
            (long_logs, "length_of", lambda path, after: len(path.file.rows_after(after))),
            (verdict, "end_known_of", lambda path: path.file.mark),
            (snapshot, "Reader", Reader), (snapshots, "write_snapshot", write_snapshot),
        ):  # fmt: skip
            stack.enter_context(patch.object(module, name, stand_in))
        yield
