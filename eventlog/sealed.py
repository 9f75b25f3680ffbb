"""A day file that is sealed: the same rows, commits and hash chain in blocks, which nobody writes to any more.

blocks: see blocks.py. about: as in the day file it was made of. seal: where the day's log ends, and whether all rows
are here: of a day that was given up only some are kept, which still follow from each other by a chain of their own.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import msgspec
from sqlite_utils import Database

from eventlog.blocks import Block, Unreadable, blocks_of, rows_of, sizes_of
from eventlog.integrity import Broken, Finding, Tell, extend, unwatched
from eventlog.manifest import read_manifest, sha256_of
from eventlog.mark import Mark
from eventlog.schema import About, Row, about_of, asked, describe

Commits = Iterable[tuple[list[Row], bytes]]


def write_sealed(path: Path, about: About, day: str, commits: Commits, end: Mark, *, is_whole: bool) -> None:
    """Writes the file anew; it is not durable yet. Raises Unreadable for a commit that is too large."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        db = Database(connection)
        with db.atomic():
            describe(db, about, day)
            db.table("seal").insert({"last_seq": end.seq, "chain": end.chain, "is_whole": int(is_whole)})
            kinds = {"last_seq": int, "chain": bytes, "sizes": bytes, "notable": bytes, "bulk": bytes}
            db.table("blocks").create(kinds, pk="last_seq")
            rows = map(msgspec.structs.astuple, blocks_of(commits, about.bulk))
            connection.executemany("insert into blocks values (?, ?, ?, ?, ?)", rows)


class SealedReader:
    """Reads a sealed file as `store.Reader` reads one that is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def rows(
        self, *, after: int = 0, types: Sequence[str] = (), streams: Sequence[str] = (), is_notable: bool = False
    ) -> Iterator[Row]:
        """As store.Reader.rows. Raises sqlite3.DatabaseError for a block that cannot be read."""
        bulk = self.about().bulk
        is_notable = is_notable or bool(types and not set(types) & set(bulk))
        for block in self._blocks(after):
            for row in self._rows_of(block, is_notable=is_notable):
                if row.seq > after and (not types or row.type in types) and (not streams or row.stream in streams):
                    yield row

    def last_commit(self) -> tuple[int, bytes]:
        """Where the day's log ends, and the hash chain there."""
        return self._seal()[0]

    def is_whole(self) -> bool:
        """Whether all rows of the day are here."""
        return self._seal()[1]

    def check(self, *, after: int = 0, mark: Mark | None = None, tell: Tell = unwatched) -> Finding | None:
        """The first thing wrong beyond seq `after`, or None. mark: the end that the manifest knows. tell: as there."""
        try:
            end, is_whole = self._seal()
            last = self._proven(after)
            for block in self._blocks(last.seq):
                for rows, _ in self._verified(block, last):
                    tell(rows)
                last = Mark(block.last_seq, block.chain)
            if is_whole and last != end:
                return Finding(last.seq + 1, f"the log of the day ends at {end.seq}, but the file at {last.seq}")
            other = "the manifest beside it is of another history"
            return Finding(end.seq, other) if mark and mark != end else None
        except Broken as broken:
            return broken.finding

    def commits(self) -> Iterator[tuple[list[Row], bytes]]:
        """As store.Reader.commits."""
        last = self._proven(0)
        for block in self._blocks(last.seq):
            yield from self._verified(block, last)
            last = Mark(block.last_seq, block.chain)

    def about(self) -> About:
        """What the file says of itself."""
        return about_of(self._connection)

    def problem(self) -> str:
        """What is wrong with the file as a file, "" for nothing."""
        manifest = read_manifest(self._path)
        is_same = manifest is not None and manifest.sha256 == sha256_of(self._path)
        return "" if is_same else "its bytes are not those its manifest tells of"

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def __enter__(self) -> "SealedReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _seal(self) -> tuple[Mark, bool]:
        row = asked(self._connection, "select last_seq, chain, is_whole from seal").fetchone()
        if row is None or (*map(type, row),) != (int, bytes, int):
            raise sqlite3.DatabaseError(f"expected last seq, chain and is_whole in the table seal, found {row}")
        return Mark(row[0], row[1]), bool(row[2])

    def _proven(self, after: int) -> Mark:
        """The end of the last block at or before `after`."""
        last = "select last_seq, chain from blocks where last_seq <= ? order by last_seq desc limit 1"
        found = asked(self._connection, last, (after,)).fetchone()
        about = self.about()
        return Mark(*found) if found else Mark(about.first_seq - 1, about.chain)

    def _blocks(self, after: int) -> Iterator[Block]:
        """The blocks that go beyond seq `after`."""
        query = "select last_seq, chain, sizes, notable, bulk from blocks where last_seq > ? order by last_seq"
        for row in asked(self._connection, query, (after,)):
            try:
                yield msgspec.convert(row, Block)
            except msgspec.ValidationError as error:
                raise sqlite3.DatabaseError(f"the block up to record {row[0]} is none: {error}") from None

    def _rows_of(self, block: Block, *, is_notable: bool = False) -> list[Row]:
        try:
            return rows_of(block, is_notable=is_notable)
        except Unreadable as error:
            what = f"the block up to record {block.last_seq} cannot be unpacked: {error}"
            raise sqlite3.DatabaseError(what) from None

    def _verified(self, block: Block, before: Mark) -> list[tuple[list[Row], bytes]]:
        """The commits of a block. Raises Broken."""
        first_seq, last_seq, chain = before.seq + 1, block.last_seq, before.chain
        try:
            rows, sizes = self._rows_of(block), sizes_of(block)
        except (sqlite3.DatabaseError, Unreadable) as error:
            raise Broken(Finding(first_seq, str(error))) from None
        there = iter(rows)
        commits = []
        for size in sizes:
            found = list(islice(there, size))
            commits.append((found, chain := extend(chain, found)))
        has_gap = self.is_whole() and [row.seq for row in rows] != list(range(first_seq, last_seq + 1))
        if has_gap or sum(sizes) != len(rows):
            raise Broken(Finding(first_seq, f"rows {first_seq} to {last_seq} are one block, but {len(rows)} are there"))
        if chain != block.chain:
            what = f"one of the rows {first_seq} to {last_seq} was altered: their hash does not match"
            raise Broken(Finding(first_seq, what))
        return commits
