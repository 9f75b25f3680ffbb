"""What a dead writer left is copied before anybody opens it, and only so much of it."""

import shutil
import sqlite3
from collections import namedtuple

import pytest

from eventlog import aside, verdict
from eventlog.aside import copy_aside, has_loose_end
from eventlog.integrity import START
from eventlog.reading import open_reader
from eventlog.schema import Row
from eventlog.store import Reader, Writer
from eventlog.verdict import verdict_on

Usage = namedtuple("Usage", "total used free")


def row(seq: int) -> Row:
    return Row(seq, "edge", "Seen", 1, 0, 1_000 * seq, b"{}")


def dead_writer_s(path):
    """The files as kill -9 leaves them: copied while the writer is open."""
    source = path.parent / "source" / path.name
    writer = Writer.create(source, day=path.stem, last_seq=0, chain=START)
    for seq in range(1, 20):
        writer.append([row(seq)], is_lasting=True)
    for file in source.parent.iterdir():
        shutil.copyfile(file, path.parent / file.name)
    writer.close()
    return path


@pytest.fixture
def path(tmp_path):
    return dead_writer_s(tmp_path / "2026-11-20.db")


def folders(path):
    return sorted((path.parent / "aside").iterdir())


def test_a_dead_writer_leaves_a_loose_end(path):
    assert has_loose_end(path)


def test_an_ended_writer_leaves_none(path):
    Writer(path).close()
    assert not has_loose_end(path)


def test_everything_is_copied_as_it_lay_there(path):
    copy_aside(path)
    (folder,) = folders(path)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == {
        one.name: one.read_bytes() for one in path.parent.glob("2026-11-20*")
    }
    assert len(list(folder.iterdir())) == 4


def test_a_copy_is_a_log_of_its_own(path):
    copy_aside(path)
    with Reader(folders(path)[0] / path.name) as reader:
        assert reader.last_commit()[0] == 19


def test_it_is_said_where_the_copy_is(path):
    assert copy_aside(path) == (
        "a copy of 2026-11-20.db, 2026-11-20.db-shm, 2026-11-20.db-wal, 2026-11-20.mark is in "
        f"{path.parent / 'aside'}/{folders(path)[0].name}"
    )


def test_only_the_last_copies_are_kept(path):
    said = [copy_aside(path) for _ in range(aside.KEPT + 2)]
    assert [str(folder) for folder in folders(path)] == [one.split(" is in ")[1] for one in said[-aside.KEPT :]]


def test_other_folders_are_left_alone(path):
    (path.parent / "aside" / "mine").mkdir(parents=True)
    for _ in range(aside.KEPT + 1):
        copy_aside(path)
    assert (path.parent / "aside" / "mine").exists()


def test_a_full_disk_is_left_alone_and_that_is_said(path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 1000))
    assert copy_aside(path).startswith("no copy of it was kept: 1,000 bytes are free, 268,")
    assert not (path.parent / "aside").exists()


def test_a_copy_that_cannot_be_made_is_said(path):
    (path.parent / "aside").write_text("no folder")
    assert copy_aside(path).startswith("no copy of it was kept: [Errno ")


def test_a_large_file_stays_where_it_is(path, monkeypatch):
    monkeypatch.setattr(aside, "WHOLE_BYTES_MAX", 1)
    copy_aside(path)
    (folder,) = folders(path)
    assert sorted(one.name for one in folder.iterdir()) == ["2026-11-20.db-shm", "2026-11-20.db-wal", "2026-11-20.mark"]


# --- the verdict


def test_a_dead_writer_s_file_is_whole(path):
    found = verdict_on(path)
    assert (found.finding, found.last_seq, found.mark.seq) == (None, 19, 19)


def test_a_lost_tail_is_seen(path):
    path.with_name(f"{path.name}-wal").write_bytes(b"")
    assert verdict_on(path).finding.seq == 1


def test_a_mark_that_cannot_be_read_is_seen(path):
    path.with_suffix(".mark").write_bytes(b"noise")
    finding = verdict_on(path).finding
    assert finding.seq == 20 and "expected a high-water mark" in finding.what


def test_noise_instead_of_a_file_is_seen(path):
    path.write_bytes(b"noise" * 5000)
    path.with_name(f"{path.name}-wal").unlink()
    assert "this is no log that can be read" in verdict_on(path).finding.what


def test_what_is_wrong_only_once_is_the_disk_s_fault(path, monkeypatch):
    looks = iter((failing, open_reader))
    monkeypatch.setattr(verdict, "open_reader", lambda path: next(looks)(path))
    assert verdict_on(path).finding is None


def failing(path):
    """SQLite calls a page damaged that it cannot read."""
    raise sqlite3.DatabaseError("database disk image is malformed")
