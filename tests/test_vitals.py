"""What a process and its log take: measured of this process and of real files."""

import os
import threading
from contextlib import ExitStack

import pytest
from days import logged, rows_of, written
from facts import tick

from eventlog.store import Writer, companions_of
from kis_actors import vitals

MANY = 40
FIRST, LATER = logged(("clock", 0, tick("10:00:00")), ("clock", 0, tick("10:00:01")))


def test_memory_grows_with_what_is_held():
    before = vitals.process()["rss_bytes"]
    held = bytearray(64_000_000)
    held[::4096] = b"x" * len(held[::4096])  # memory that was touched is in use
    assert vitals.process()["rss_bytes"] - before > 50_000_000


def test_open_files_and_threads_are_counted(tmp_path):
    before, waiting = vitals.process(), threading.Event()
    threads = [threading.Thread(target=waiting.wait) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    with ExitStack() as stack:
        for number in range(MANY):
            stack.enter_context((tmp_path / str(number)).open("w"))
        during = vitals.process()
    waiting.set()
    for name in ("descriptors", "threads"):  # others of this process may come and go
        assert MANY / 2 < during[name] - before[name] < MANY * 2
    assert (during["pid"], during["cpu_s"] > 0) == (os.getpid(), True)


def test_where_the_system_does_not_say_it_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(vitals, "PROC", tmp_path / "nothing")
    found = vitals.process()
    assert (found["rss_bytes"], found["descriptors"]) == (vitals.UNKNOWN, vitals.UNKNOWN)


@pytest.fixture
def path(tmp_path):
    return written(tmp_path, [FIRST])


def test_a_log_is_as_large_as_its_files(path):
    writer = Writer(path)
    writer.append(rows_of(LATER))
    found, wal_bytes = vitals.log_files(path), companions_of(path)[0].stat().st_size
    assert (found["bytes"], wal_bytes > 0) == (path.stat().st_size + wal_bytes, True)
    assert (found["day"], found["snapshot_at"], found["free_bytes"] > 0) == ("2026-11-20", None, True)
    writer.close()


def test_the_last_snapshot_has_its_moment(path):
    path.with_suffix(".snapshot").touch()
    at = vitals.log_files(path)["snapshot_at"]
    assert abs((vitals.real_now() - at).total_seconds()) < 60
