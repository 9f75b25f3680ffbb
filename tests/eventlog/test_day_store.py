"""Day files: appended to by one writer, read by anyone, whole after any death."""

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from eventlog.day import days_in, path_of
from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Reader, Writer

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)
ROOT = Path(__file__).resolve().parents[2]


def row(seq: int, payload: bytes = b'{"a":1}', stream: str = "edge", kind: str = "Seen") -> Row:
    return Row(seq, stream, kind, 1, 0, 1_000 * seq, payload)


def rows(first: int, last: int) -> list[Row]:
    return [row(seq) for seq in range(first, last + 1)]


@pytest.fixture
def path(tmp_path):
    return path_of(tmp_path, DAY)


def created(path: Path, last_seq: int = 0, chain: bytes = START) -> Writer:
    return Writer.create(path, day=path.stem, last_seq=last_seq, chain=chain, durability="normal")


def filled(path: Path, count: int = 6) -> None:
    """A closed file of commits of two rows."""
    writer = created(path)
    for first in range(1, count, 2):
        writer.append(rows(first, first + 1))
    writer.close()


def read(path: Path, **filters: object) -> list[Row]:
    with Reader(path) as reader:
        return list(reader.rows(**filters))


# --- appending and reading


def test_rows_are_read_as_they_were_written(path):
    filled(path)
    assert read(path) == rows(1, 6)


def test_payloads_keep_their_hangul(path):
    writer = created(path)
    writer.append([row(1, '{"name":"삼성전자 F&F \'"}'.encode())])
    writer.close()
    assert read(path)[0].payload.decode() == '{"name":"삼성전자 F&F \'"}'


def test_a_reader_sees_commits_while_the_writer_is_open(path):
    writer = created(path)
    writer.append(rows(1, 3))
    assert read(path) == rows(1, 3)
    writer.close()


def test_a_commit_is_all_or_nothing(path):
    writer = created(path)
    with pytest.raises(sqlite3.IntegrityError):
        writer.append([row(1), row(2), row(2)])
    assert read(path) == []
    writer.close()


def test_rows_after_a_seq_are_read(path):
    filled(path)
    assert [found.seq for found in read(path, after=4)] == [5, 6]


def test_rows_of_some_types_are_read(path):
    writer = created(path)
    writer.append([row(1, kind="A"), row(2, kind="B"), row(3, kind="C")])
    writer.close()
    assert [found.seq for found in read(path, types=["A", "C"])] == [1, 3]


def test_rows_of_some_streams_are_read(path):
    writer = created(path)
    writer.append([row(1, stream="a"), row(2, stream="b")])
    writer.close()
    assert [found.seq for found in read(path, streams=["b"])] == [2]


def test_a_writer_knows_where_the_file_ends(path):
    filled(path)
    writer = Writer(path, "normal")
    assert writer.last_seq == 6
    writer.close()


def test_a_writer_goes_on_where_another_stopped(path):
    filled(path)
    writer = Writer(path, "normal")
    writer.append(rows(7, 8))
    writer.close()
    assert read(path) == rows(1, 8)


def test_a_gap_between_seqs_is_found(path):
    writer = created(path)
    writer.append(rows(1, 2))
    writer.append([row(4)])
    writer.close()
    with Reader(path) as reader:
        finding = reader.check()
    assert finding is not None and finding.seq == 3


def test_a_reader_cannot_write(path):
    filled(path)
    reader = Reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("delete from records")
    reader.close()


def test_a_reader_makes_no_file(path):
    path.parent.mkdir(parents=True)
    with pytest.raises(sqlite3.OperationalError):
        Reader(path)
    assert not path.exists()


# --- one day after the other


def test_a_new_file_goes_on_after_the_last_seq(path, tmp_path):
    writer = created(path)
    writer.append(rows(1, 3))
    following = created(path_of(tmp_path, NEXT_DAY), writer.last_seq, writer.chain)
    assert (following.last_seq, following.chain) == (3, writer.chain)
    writer.close()
    following.close()


def test_a_new_file_s_rows_go_on_too(path, tmp_path):
    writer = created(path)
    writer.append(rows(1, 3))
    following = created(path_of(tmp_path, NEXT_DAY), writer.last_seq, writer.chain)
    following.append(rows(4, 5))
    following.close()
    writer.close()
    with Reader(path_of(tmp_path, NEXT_DAY)) as reader:
        assert reader.check() is None


def test_days_are_listed_oldest_first(tmp_path):
    for day in (NEXT_DAY, DAY):
        created(path_of(tmp_path, day)).close()
    assert days_in(tmp_path) == (DAY, NEXT_DAY)


def test_an_unfinished_file_is_no_day(tmp_path, path):
    path.parent.mkdir(parents=True)
    path.with_suffix(".new").write_bytes(b"half")
    assert days_in(tmp_path) == ()


def test_an_unfinished_file_is_replaced(path):
    path.parent.mkdir(parents=True)
    path.with_suffix(".new").write_bytes(b"half")
    created(path).close()
    assert read(path) == []


def test_other_files_are_no_days(tmp_path):
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "notes.db").write_bytes(b"")
    assert days_in(tmp_path) == ()


def test_a_directory_without_events_has_no_days(tmp_path):
    assert days_in(tmp_path / "nothing") == ()


# --- kill -9

CHILD = """
import sys
from pathlib import Path
from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Writer
writer = Writer.create(Path(sys.argv[1]), day="2026-11-20", last_seq=0, chain=START, durability="full")
seq = 0
while True:
    writer.append([Row(seq + number, "edge", "Seen", 1, 0, 0, b'{"a":1}') for number in range(1, 8)])
    seq += 7
    print(seq, flush=True)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A file whose writer died in the middle of appending, and the last seq it had acknowledged."""
    path = path_of(tmp_path_factory.mktemp("killed"), DAY)
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        for _ in range(25):
            child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        acknowledged = [int(line) for line in child.stdout if line.endswith("\n")]
    return path, acknowledged[-1] if acknowledged else 25 * 7


def test_acknowledged_rows_survive_a_kill(killed):
    path, acknowledged = killed
    assert [found.seq for found in read(path)][:acknowledged] == list(range(1, acknowledged + 1))


def test_a_kill_leaves_whole_commits(killed):
    path, _ = killed
    assert len(read(path)) % 7 == 0


def test_a_kill_leaves_the_chain_whole(killed):
    path, _ = killed
    with Reader(path) as reader:
        assert reader.check() is None


def test_a_writer_goes_on_after_a_kill(killed, tmp_path):
    copy = tmp_path / "copy.db"
    with sqlite3.connect(killed[0]) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    writer = Writer(copy, "normal")
    writer.append([row(writer.last_seq + 1)])
    writer.close()
    with Reader(copy) as reader:
        assert reader.check() is None
