"""The page beside the daemon: a real process that ends with it, is started again a few times, and never stops it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from days import played, written
from served import ROOT

from kis_actors import watch_page
from kis_actors.settings import EventLog, Settings, Web
from kis_actors.watch_page import WatchPage

WAIT_S = 30


def settings(data_dir: Path, **web: object) -> Settings:
    return Settings(log=EventLog(data_dir=str(data_dir)), web=Web(**{"port": 0, **web}))  # type: ignore[arg-type]


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_page, "WAITS_S", (0.01,))


def pid_of(page: WatchPage) -> int:
    assert page._process
    return page._process.pid


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_page_says_where_it_is_and_ends_with_the_run(tmp_path: Path) -> None:
    written(tmp_path, played(seed=1).units)
    said: list[str] = []
    page = WatchPage(settings(tmp_path), said.append)
    page.start()
    until(lambda: said)
    pid = pid_of(page)
    page.stop()
    assert said[0].startswith("watch page: http://127.0.0.1:") and len(said) == 1 and not is_there(pid)


def test_a_page_that_is_killed_comes_again_a_few_times(tmp_path: Path, quick: None) -> None:
    said: list[str] = []
    page = WatchPage(settings(tmp_path), said.append)
    page.start()
    for count in range(1, watch_page.STARTS_MAX + 1):
        until(lambda: len(said) >= count)  # noqa: B023 - is over before the next
        os.kill(pid_of(page), signal.SIGKILL)
    until(lambda: not page._thread.is_alive())
    assert "goes on without it" in said[-1] and len(said) == watch_page.STARTS_MAX + 1
    page.stop()


def test_a_taken_port_is_said_once_and_not_tried_again(tmp_path: Path, quick: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said: list[str] = []
        page = WatchPage(settings(tmp_path, port=port), said.append)
        page.start()
        until(lambda: not page._thread.is_alive())
        page.stop()
    assert len(said) == 1 and f"127.0.0.1:{port}" in said[0] and "write another web.port" in said[0]


def test_an_open_address_without_a_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIS_ACTORS_WEB_TOKEN", raising=False)
    said: list[str] = []
    page = WatchPage(settings(tmp_path, host="0.0.0.0"), said.append)
    page.start()
    until(lambda: not page._thread.is_alive())
    page.stop()
    assert len(said) == 1 and "KIS_ACTORS_WEB_TOKEN" in said[0]


def test_no_page_is_started_that_is_not_wanted(tmp_path: Path) -> None:
    page = WatchPage(settings(tmp_path, enabled=False), lambda said: None)
    page.start()
    page.stop()
    assert page._process is None


def test_a_page_outlives_no_daemon(tmp_path: Path) -> None:
    """The daemon is killed: nobody is left to end the page, so it ends by itself."""
    given = msgspec.json.encode(settings(tmp_path)).decode()
    daemon = subprocess.Popen(
        [sys.executable, "-c", DAEMON, given], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert daemon.stdout
    pid = int(daemon.stdout.readline())
    assert is_there(pid)
    daemon.kill()
    daemon.wait()
    until(lambda: not is_there(pid))


DAEMON = """
import sys, time, msgspec
from kis_actors.settings import Settings
from kis_actors.watch_page import WatchPage
said = []
page = WatchPage(msgspec.json.decode(sys.argv[1], type=Settings), said.append)
page.start()
while not said:
    time.sleep(0.05)
print(page._process.pid, flush=True)
time.sleep(600)
"""


def test_the_page_gives_way_to_the_daemon(tmp_path: Path) -> None:
    said: list[str] = []
    page = WatchPage(settings(tmp_path), said.append)
    page.start()
    until(lambda: said)
    assert os.getpriority(os.PRIO_PROCESS, pid_of(page)) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    page.stop()
