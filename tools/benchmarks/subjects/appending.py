"""Frames into the log, each batch durable and with its link of the hash chain, as the journal's writer does it."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.figures import Figure, at_least
from benchmarks.frames import trades, written
from benchmarks.rounds import Contender
from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Writer
from kis_actors.day_files import BULK
from kis_actors.messages import FrameReceived
from kis_actors.recovery import CODEC

PLACE = 5
ABOUT = "batches of frames into the log, durable, chain included"
BATCHES = {100: (200, 20), 1000: (100, 10)}
"""By size: how many batches a round has, in full and in quick."""
SAVED_AT_ONCE = 1000
AT_NS = 1_795_132_800_000_000_000


def figures(bench: Bench) -> Iterator[Figure]:
    """Events a second."""
    frames = trades(1_000)
    for size, (full, quick) in BATCHES.items():
        batches = bench.pick(full=full, quick=quick)
        writer = new_writer(bench.folder / f"ours-{size}" / "day.db")
        done = bench.race(
            "events/s",
            batched("kis_actors", size, batches, appender(writer, frames)),
            batched("sqlite3 executemany", size, batches, bare_appender(bench.folder / f"bare-{size}.db", frames)),
        )
        yield done.against("sqlite3 executemany", f"append, {size} at once", aim=at_least(0.8), floor=at_least(0.45))
    yield against_eventsourcing(bench, frames)


def against_eventsourcing(bench: Bench, frames: list[str]) -> Figure:
    """From texts in memory to durable events, so that both make and encode them."""
    batches = bench.pick(full=100, quick=10)
    path, store = written(bench.folder, frames), bench.folder / "eventsourcing.db"
    done = bench.race(
        "events/s",
        batched("kis_actors", SAVED_AT_ONCE, batches, saver(bench.folder / "saved" / "day.db", frames)),
        bench.peer("eventsourcing", "eventsourcing_library", str(path), str(store), str(bench.pick(full=20, quick=3))),
    )
    aim, floor = at_least(8), at_least(2.2)
    return done.against("eventsourcing", f"make, encode and append, {SAVED_AT_ONCE} at once", aim=aim, floor=floor)


def batched(name: str, size: int, batches: int, append: Callable[[int, int], float], last_seq: int = 0) -> Contender:
    """A contender that appends so many batches of `size` events a round, numbered on from round to round."""

    def take() -> float:
        nonlocal last_seq
        took_s = 0.0
        for _ in range(batches):
            took_s += append(last_seq, size)
            last_seq += size
        return took_s

    return Contender(name, size * batches, take)


def rows_of(frames: Sequence[str], last_seq: int, size: int) -> list[Row]:
    """The next so many events after `last_seq`, encoded."""
    payloads = (CODEC.encode(FrameReceived(link=1, text=text)) for text in cycle(frames))
    return [
        Row(seq, "socket", name, version, 0, AT_NS + seq, payload)
        for seq, (name, version, payload) in enumerate(islice(payloads, size), last_seq + 1)
    ]


def appender(writer: Writer, frames: Sequence[str]) -> Callable[[int, int], float]:
    """The product's writer; seconds for a batch of rows that are there."""

    def append(last_seq: int, size: int) -> float:
        rows = rows_of(frames, last_seq, size)
        began_s = time.perf_counter()
        writer.append(rows)
        return time.perf_counter() - began_s

    return append


def saver(path: Path, frames: Sequence[str]) -> Callable[[int, int], float]:
    """The product's events, codec and writer; seconds for a batch of texts that are there."""
    writer = new_writer(path)

    def save(last_seq: int, size: int) -> float:
        began_s = time.perf_counter()
        encoded = enumerate((CODEC.encode(FrameReceived(link=1, text=text)) for text in frames[:size]), last_seq + 1)
        writer.append([Row(seq, "socket", kind, version, 0, AT_NS, data) for seq, (kind, version, data) in encoded])
        return time.perf_counter() - began_s

    return save


def bare_appender(path: Path, frames: Sequence[str]) -> Callable[[int, int], float]:
    """The same columns in a table of SQLite's, with the same durability, and nothing else."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    texts = "stream text, type text, version integer, cause integer, at integer, payload text"
    connection.execute(f"create table events (seq integer primary key, {texts})")

    def append(last_seq: int, size: int) -> float:
        texts = [(*row[:6], row.payload.decode()) for row in rows_of(frames, last_seq, size)]
        began_s = time.perf_counter()
        connection.execute("begin")
        connection.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?)", texts)
        connection.execute("commit")
        return time.perf_counter() - began_s

    return append


def new_writer(path: Path) -> Writer:
    """Of an empty day, as a run opens it."""
    return Writer.create(path, day="2026-11-20", last_seq=0, chain=START, bulk=BULK)
