"""Who reads the log beside a daemon lets it have the processor first; what the market waits for does not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from days import logged, written
from facts import DAY, tick

from kis_actors import portable
from kis_actors.portable import BEHIND, LAST, give_way

OURS = os.getpriority(os.PRIO_PROCESS, 0)
BEHIND_US = min(LAST, OURS + BEHIND)
NICELY = f"import os, sys; os.nice({LAST}); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"


@contextmanager
def running(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that has said its first line."""
    process = subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def following(tmp_path):
    """The words of a command that reads the log, and goes on."""
    written(tmp_path, logged(("clock", 0, tick("10:00:00"))))
    (tmp_path / "settings.yaml").write_text("{}", "utf-8")
    where = ("--config", str(tmp_path / "settings.yaml"), "--data-dir", str(tmp_path))
    return ("-m", "kis_actors", "events", f"{DAY}", "--follow", *where)


def nicenesses_of(process: "subprocess.Popen[str]") -> set[int]:
    """Of its threads, as the system shows them."""
    return {os.getpriority(os.PRIO_PROCESS, int(thread)) for thread in os.listdir(f"/proc/{process.pid}/task")}


def test_a_command_that_reads_the_log_gives_way(following):
    with running(*following) as process:
        assert nicenesses_of(process) == {BEHIND_US}


def test_one_that_gives_way_to_all_goes_on_doing_so(following):
    with running("-c", NICELY, *following) as process:
        assert nicenesses_of(process) == {LAST}


def test_the_simulated_market_gives_way_to_nobody():
    with running("-m", "kis_actors", "simulate", "--until-stdin-closes") as process:
        assert nicenesses_of(process) == {OURS}


def test_a_system_that_refuses_is_quoted_and_nothing_stops(monkeypatch):
    def refuse(*_: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(portable.os, "nice", refuse)
    assert "Operation not permitted" in give_way()


def test_a_system_without_nicenesses_has_nothing_to_say(monkeypatch):
    monkeypatch.delattr(portable.os, "nice")
    assert give_way() == ""
