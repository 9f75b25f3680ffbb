"""`kis-actors status`: what it says and ends with, once and going on, on a plain stream and on a real terminal."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from sample_status import sample_status

from kis_actors.adapters.lock import DirectoryLock
from kis_actors.cli import cli
from kis_actors.status import NAME
from kis_actors.vitals import real_now

ROOT = Path(__file__).resolve().parents[1]
WAIT_S = 30


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """Of a daemon that runs, as far as its lock says."""
    with DirectoryLock(tmp_path / "data"):
        yield tmp_path / "data"


def says(data_dir: Path, *reasons: str, age_s: float = 0.0, **others: Any) -> None:
    """The daemon wrote its status so long ago."""
    at: datetime = real_now() - timedelta(seconds=age_s)
    unfinished = data_dir / "status.new"
    unfinished.write_bytes(orjson.dumps(sample_status(reasons, written_at=at, **others)))
    unfinished.replace(data_dir / NAME)


def status(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["status", "--data-dir", str(data_dir), *arguments])


def test_a_healthy_daemon_is_0(data_dir):
    says(data_dir)
    result = status(data_dir)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "healthy")
    assert "link open, 1 codes live, 7 alerts" in result.stdout


def test_a_degraded_daemon_is_1_and_says_why(data_dir):
    says(data_dir, "safe mode: scans fail", "link is down")
    result = status(data_dir)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "degraded: safe mode: scans fail; link is down")


def test_a_silent_daemon_is_1(data_dir):
    says(data_dir, age_s=60)
    result = status(data_dir, "--json")
    found = orjson.loads(result.stdout)
    assert (result.exit_code, found["healthy"]) == (1, False)
    assert re.fullmatch(r"the daemon has not said a word for 6\d s", found["reasons"][0])


def test_no_daemon_is_2(tmp_path):
    (tmp_path / "lock").touch()
    says(tmp_path)
    result = status(tmp_path)
    said = f"no daemon is running on {tmp_path}; start one with `kis-actors run`, or name its --data-dir\n"
    assert (result.exit_code, result.stderr) == (2, said)


def test_json_has_what_was_promised(data_dir):
    says(data_dir)
    found = orjson.loads(status(data_dir, "--json").stdout)
    promised = {"healthy", "reasons", "subscriptions", "last_scan_at", "last_frame_at", "log_seq", "safe_mode"}
    assert promised <= found.keys()


@pytest.mark.parametrize("content", [b"[]", b"{}", b"{", b"\xff"])
def test_a_file_of_another_version_is_2_and_says_so(data_dir, content):
    (data_dir / NAME).write_bytes(content)
    result = status(data_dir)
    assert (result.exit_code, "start the daemon again" in result.stderr) == (2, True)


def test_a_reason_steers_no_terminal(data_dir):
    says(data_dir, "link is down: \x1b[2J")
    assert "\\x1b[2J" in status(data_dir).stdout


# --- going on


def started(data_dir: Path, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "kis_actors", "status", "--data-dir", str(data_dir), "--watch", *arguments]
    return subprocess.Popen(command, cwd=ROOT, **options)


def test_on_a_plain_stream_it_says_what_changes(data_dir):
    says(data_dir)
    with started(data_dir, stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        says(data_dir, "link is down")
        second = watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait(WAIT_S) == 1
    assert (first, second) == (b"10:00:00 healthy\n", b"10:00:00 degraded: link is down\n")


def test_with_json_it_says_every_status(data_dir):
    says(data_dir)
    with started(data_dir, "--json", stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        says(data_dir, log_seq=4712)
        second = watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait(WAIT_S) == 0
    assert [orjson.loads(line)["log_seq"] for line in (first, second)] == [4711, 4712]


class Terminal:
    """A real one, of so many columns, on which the status is watched."""

    def __init__(self, data_dir: Path, columns: int, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        environ = {**os.environ, "COLUMNS": str(columns), "LINES": "60", "TERM": "xterm-256color", **environment}
        self.process = started(data_dir, preexec_fn=lambda: os.login_tty(theirs), env=environ)  # so that ^C gets there
        os.close(theirs)
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Returns when `text` was shown."""
        deadline = time.monotonic() + WAIT_S
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown[-3000:]
            if select.select([self._ours], [], [], 0.2)[0]:
                self.shown += os.read(self._ours, 65536).decode(errors="replace")

    def press(self, keys: str) -> int:
        """Types; the exit status that follows."""
        os.write(self._ours, keys.encode())
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            try:
                self.shown += os.read(self._ours, 65536).decode(errors="replace")
            except OSError:  # Linux says so when the other end is closed
                break
        status = self.process.wait(WAIT_S)
        os.close(self._ours)
        return status


@pytest.mark.parametrize("key", ["q", "ㅂ", "\x03"])
def test_on_a_terminal_a_key_ends_it(data_dir, key):
    says(data_dir)
    terminal = Terminal(data_dir, 120)
    terminal.wait_for("healthy")
    assert terminal.press(key) == 0
    assert "\x1b[?1049l" in terminal.shown  # the screen is given back


@pytest.mark.parametrize("columns", [40, 80, 160])
def test_on_a_terminal_of_any_width_the_numbers_are_there(data_dir, columns):
    says(data_dir, "safe mode")
    terminal = Terminal(data_dir, columns)
    terminal.wait_for("005930")
    for text in ("degraded", "safe mode", "round trip", "live"):
        terminal.wait_for(text)
    assert terminal.press("q") == 1


def test_a_terminal_without_colours_gets_none(data_dir):
    says(data_dir)
    terminal = Terminal(data_dir, 100, NO_COLOR="1")
    terminal.wait_for("005930")
    terminal.press("q")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", terminal.shown)


def test_a_terminal_that_knows_nothing_gets_lines(data_dir):
    says(data_dir)
    terminal = Terminal(data_dir, 100, TERM="dumb")
    terminal.wait_for("10:00:00 healthy")
    assert (terminal.press("\x03"), "\x1b" in terminal.shown) == (0, False)


def test_on_a_terminal_it_goes_on_when_the_daemon_comes_and_goes(tmp_path):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    terminal = Terminal(data_dir, 100)
    terminal.wait_for("no daemon is running")
    with DirectoryLock(data_dir):
        says(data_dir)
        terminal.wait_for("healthy")
    assert terminal.press("q") in (0, 2)


def test_on_a_terminal_nothing_foreign_steers_it(data_dir):
    says(data_dir, "link is down: \x1b[31mfake", subscriptions=[
        {"code": "\x1b[2J", "state": "live", "since": "2026-11-20T09:00:00+09:00", "feed": "H0STCNT0"}
    ])  # fmt: skip
    terminal = Terminal(data_dir, 100)
    terminal.wait_for("\\x1b[31mfake")
    terminal.wait_for("\\x1b[2J")
    terminal.press("q")
