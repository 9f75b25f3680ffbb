"""One daemon for each directory; and a clock that may show another day, faster."""

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from facts import at
from freezegun import freeze_time

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.file_lock import FileLock, Taken
from kis_actors.adapters.lock import DirectoryLock, is_taken
from kis_actors.settings import Clock as ClockSettings

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from kis_actors.adapters.lock import DirectoryLock
with DirectoryLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_held_directory_is_taken(tmp_path):
    with DirectoryLock(tmp_path):
        assert is_taken(tmp_path)


def test_a_directory_is_free_after_leaving(tmp_path):
    with DirectoryLock(tmp_path):
        pass
    assert not is_taken(tmp_path)


def test_a_directory_never_used_is_free(tmp_path):
    assert not is_taken(tmp_path / "nothing")


def test_asking_makes_no_directory(tmp_path):
    is_taken(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_second_holder_is_told_what_to_do(tmp_path):
    with DirectoryLock(tmp_path), pytest.raises(Taken, match="stop it, or choose another --data-dir"):
        DirectoryLock(tmp_path).__enter__()


def test_a_killed_holder_leaves_it_free(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        was_taken = is_taken(tmp_path)
        holder.kill()
        holder.wait()
    assert (was_taken, is_taken(tmp_path)) == (True, False)


NOON = ClockSettings(anchor=at("10:00:00"), shows=at("12:00:00"), speed=60.0)


@freeze_time("2026-11-20 01:00:00")
def test_the_plain_clock_shows_korean_time():
    assert Clock().now() == at("10:00:00")


@freeze_time("2026-11-20 01:00:01")
def test_a_set_clock_runs_at_its_speed():
    assert Clock(NOON).now() == at("12:01:00")


@freeze_time("2026-11-20 00:59:59")
def test_a_set_clock_runs_before_its_anchor_too():
    assert Clock(NOON).now() == at("11:59:00")


@freeze_time("2026-11-20 01:00:00")
def test_speed_alone_changes_nothing():
    assert (Clock(ClockSettings(speed=60.0)).now(), Clock(ClockSettings(speed=60.0)).speed) == (at("10:00:00"), 1.0)


def test_an_hour_takes_a_minute_at_sixty():
    assert Clock(NOON).real_s(timedelta(hours=1).total_seconds()) == 60


def test_a_wait_ends_with_its_signal():
    signal = threading.Event()
    signal.set()
    assert Clock().wait(signal, 3600)


def test_a_wait_of_no_time_ends_at_once():
    assert not Clock().wait(threading.Event(), -1)


# --- those who only look


def test_a_look_does_not_keep_a_daemon_from_starting(tmp_path):
    looking = FileLock(tmp_path / "lock", "", is_shared=True)
    looking.__enter__()
    threading.Timer(0.2, looking.__exit__, (None, None, None)).start()
    with DirectoryLock(tmp_path):
        assert is_taken(tmp_path)


def test_two_who_look_are_no_daemon(tmp_path):
    with FileLock(tmp_path / "lock", "", is_shared=True):
        assert not is_taken(tmp_path)
