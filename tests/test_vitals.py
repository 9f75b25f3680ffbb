"""What a process and its log take: measured of this process and of real files."""

import os
import threading

import pytest
from days import logged, written
from facts import tick

from eventlog.store import Writer, companions_of
from kis_actors import vitals


def test_memory_grows_with_what_is_held():
    before = vitals.process()["rss_bytes"]
    held = bytearray(64_000_000)
    held[::4096] = b"x" * len(held[::4096])  # memory that was touched is in use
    assert vitals.process()["rss_bytes"] - before > 50_000_000


def test_open_files_and_threads_are_counted(tmp_path):
    before = vitals.process()
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    with (tmp_path / "file").open("w"):
        during = vitals.process()
    waiting.set()
    thread.join()
    assert (during["descriptors"], during["threads"]) == (before["descriptors"] + 1, before["threads"] + 1)
    assert (during["pid"], during["cpu_s"] > 0) == (os.getpid(), True)


def test_where_the_system_does_not_say_it_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(vitals, "PROC", tmp_path / "nothing")
    found = vitals.process()
    assert (found["rss_bytes"], found["descriptors"]) == (vitals.UNKNOWN, vitals.UNKNOWN)


@pytest.fixture
def path(tmp_path):
    return written(tmp_path, logged(("clock", 0, tick("10:00:00"))))


def test_a_log_is_as_large_as_its_files(path):
    writer = Writer(path)
    wal = companions_of(path)[0]
    wal.touch()
    found = vitals.log_files(path)
    assert found["bytes"] == path.stat().st_size + wal.stat().st_size
    assert (found["day"], found["snapshot_at"], found["free_bytes"] > 0) == ("2026-11-20", None, True)
    writer.close()


def test_the_last_snapshot_has_its_moment(path):
    path.with_suffix(".snapshot").touch()
    at = vitals.log_files(path)["snapshot_at"]
    assert abs((vitals.real_now() - at).total_seconds()) < 60
