"""Readers beside a writer: they see whole commits only, and leave the file and its write-ahead log as they are."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eventlog.reading import open_reader
from eventlog.store import Reader, companions_of
from eventlog.verdict import verdict_on

ROOT = Path(__file__).resolve().parents[2]
ROWS, LOOKS = 7, 40
WAIT_S = 30

CHILD = f"""
import sys
import time
from pathlib import Path
from eventlog import store
from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Writer
store.WAL_BYTES_MAX = sys.maxsize
path = Path(sys.argv[1])
writer = Writer.create(path, day=path.stem, last_seq=0, chain=START, bulk=["Seen"], durability="normal")
writer._connection.execute("pragma wal_autocheckpoint = 0")
print("ready", flush=True)
while writer.last_seq < 1_000_000:
    first = writer.last_seq + 1
    writer.append([Row(seq, "edge", "Seen", 1, 0, 0, b"{{}}") for seq in range(first, first + {ROWS})])
    time.sleep(0.002)
"""
"""Writes all the time, at a pace that readers keep up with, and folds nothing away: a fold would show only that nobody
else did it."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "2026-11-20.db"


@pytest.fixture
def writing(path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that writes all the time."""
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        until(lambda: companions_of(path)[0].stat().st_size > 0)
        try:
            yield child
        finally:
            child.kill()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def killed(child: "subprocess.Popen[str]", path: Path) -> None:
    """The writer dies once there is something to lose."""
    until(lambda: companions_of(path)[0].stat().st_size > 50_000)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()


def contents(path: Path) -> tuple[bytes, bytes]:
    """The file and its write-ahead log."""
    return path.read_bytes(), companions_of(path)[0].read_bytes()


def test_a_reader_sees_whole_commits_only(writing, path):
    seen: list[int] = []

    def has_seen_many() -> bool:
        with open_reader(path) as reader:
            rows = list(reader.rows())
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1)) and len(rows) % ROWS == 0
        seen.append(len(rows))
        return len(set(seen)) > LOOKS // 4

    until(has_seen_many)
    assert seen == sorted(seen)


def test_a_file_is_found_whole_while_it_is_written(writing, path):
    for _ in range(LOOKS // 4):
        assert verdict_on(path).finding is None


def test_a_reader_that_stays_sees_what_comes(writing, path):
    with Reader(path) as reader:
        first = reader.last_commit()[0]
        until(lambda: reader.last_commit()[0] > first)


def test_a_reader_folds_nothing_away_while_it_is_written(writing, path):
    before = path.read_bytes()
    for _ in range(LOOKS):
        with Reader(path) as reader:
            list(reader.rows())
    assert path.read_bytes() == before and companions_of(path)[0].stat().st_size > 0


def test_the_last_reader_leaves_what_a_dead_writer_left(writing, path):
    killed(writing, path)
    before = contents(path)
    with Reader(path) as reader:
        assert len(list(reader.rows())) > ROWS
        assert reader.check() is None
    assert contents(path) == before


@pytest.mark.parametrize("words", [["events"], ["verify"], ["alerts", "--json"], ["seal"]])
def test_no_command_touches_what_a_dead_writer_left(writing, path, tmp_path, words):
    killed(writing, path)
    events = tmp_path / "var" / "events"
    events.mkdir(parents=True)
    for one in list(tmp_path.glob("2026*")):
        one.rename(events / one.name)
    before = contents(events / path.name)
    command = [sys.executable, "-m", "kis_actors", *words, "--data-dir", str(tmp_path / "var")]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert contents(events / path.name) == before
