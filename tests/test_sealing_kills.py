"""kill -9 at every step of sealing and of giving up: the day is there, whole, and the next time finishes the work."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from log_days import days_from, log_of

from eventlog.day import DECISIONS, days_in, kept_of, path_of
from eventlog.reading import open_reader
from eventlog.schema import Row
from eventlog.verdict import verdict_on
from kis_actors.sealing import DECIDED, tidy_log

DAYS = days_from(3)
OPERATIONS = ("open", "os.rename", "os.remove", "os.chmod", "sqlite3.connect")
POINTS_MAX = 400
SEED, KILLS = int(os.environ.get("SEAL_KILL_SEED", "20261120")), int(os.environ.get("SEAL_KILLS", "6"))
"""Others, and more: `SEAL_KILL_SEED=7 SEAL_KILLS=200 ./tools/test tests/test_sealing_kills.py`."""


def tidied(data_dir: Path) -> None:
    tidy_log(data_dir, keep_hot_days=1, keep_sealed_days=1, say=lambda _: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A log of three days."""
    data_dir = tmp_path_factory.mktemp("whole")
    log_of(data_dir, 3)
    return data_dir


@pytest.fixture(scope="module")
def rows(whole):
    """By day, what was written."""
    return {day: rows_in(path_of(whole, day)) for day in DAYS}


@pytest.fixture(scope="module")
def finished(whole, tmp_path_factory):
    """The names of the files once all is done."""
    data_dir = tmp_path_factory.mktemp("finished")
    shutil.copytree(whole, data_dir, dirs_exist_ok=True)
    tidied(data_dir)
    tidied(data_dir)
    return names(data_dir)


def rows_in(path: Path) -> list[Row]:
    with open_reader(path) as reader:
        return list(reader.rows())


def names(data_dir: Path) -> list[str]:
    """What readers of the newest day make and leave aside."""
    files = (data_dir / "events").iterdir()
    return sorted(one.name for one in files if not one.name.endswith(("-wal", "-shm")))


def check(data_dir: Path, rows: dict[object, list[Row]]) -> None:
    """Each day is there, whole, and as it was written; or all that was decided on it."""
    assert days_in(data_dir) == DAYS
    for day in DAYS:
        path = kept_of(data_dir, day)
        assert verdict_on(path).finding is None, path.name
        written = [one for one in rows[day] if path.suffix != DECISIONS or one.type in DECIDED]
        assert rows_in(path) == written, path.name


def is_killed_at(data_dir: Path, point: int) -> bool:
    """Tidies in a process of its own, which is killed just before that file operation, if it comes to so many."""
    child = os.fork()
    if not child:
        try:
            kill_before(data_dir, point)
            tidied(data_dir)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def kill_before(data_dir: Path, point: int) -> None:
    left = [point]

    def audited(event: str, arguments: tuple[object, ...]) -> None:
        if event in OPERATIONS and str(data_dir) in str(arguments[0]):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audited)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_kill_at_any_file_operation_loses_nothing(whole, rows, finished, tmp_path):
    points = 0
    for rounds_done in range(3):  # to seal, to drop and to give up
        for point in range(1, POINTS_MAX):
            data_dir = tmp_path / f"{rounds_done}-{point}"
            shutil.copytree(whole, data_dir)
            for _ in range(rounds_done):
                tidied(data_dir)
            if not is_killed_at(data_dir, point):
                break
            check(data_dir, rows)
            tidied(data_dir)
            tidied(data_dir)
            check(data_dir, rows)
            assert names(data_dir) == finished, f"round {rounds_done}, before operation {point}"
            shutil.rmtree(data_dir)
            points += 1
    assert points > 50


def test_a_kill_at_any_moment_loses_nothing(whole, rows, finished, tmp_path):
    chance = random.Random(SEED)
    command = [sys.executable, "-m", "kis_actors.sealing"]
    began = time.monotonic()
    shutil.copytree(whole, tmp_path / "first")
    subprocess.run([*command, str(tmp_path / "first"), "1", "1"], check=True, stdout=subprocess.DEVNULL)
    took_s = time.monotonic() - began
    for number in range(KILLS):
        data_dir = tmp_path / str(number)
        shutil.copytree(whole, data_dir)
        with subprocess.Popen([*command, str(data_dir), "1", "1"], stdout=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0.2, 1.0) * took_s)
            process.kill()
        check(data_dir, rows)
        tidied(data_dir)
        tidied(data_dir)
        check(data_dir, rows)
        assert names(data_dir) == finished
