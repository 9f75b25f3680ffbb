"""A real daemon under a service manager: what it is told, what status and metrics say, and when an actor hangs."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sample_status import sample_status
from world import CANARIES, ROOT, WAIT_S, World, stop, world

from kis_actors.metrics import healthz, prometheus
from kis_actors.status import running_status
from kis_actors.vitals import real_now

STUCK = """
import pathlib, sys, threading
from kis_actors import system
from kis_actors.actors.signal import SignalActor
from kis_actors.cli import main
system.LATE_S = 2.0
perform, gate = SignalActor.perform, pathlib.Path(sys.argv[2])
def stuck(self, record):
    if gate.exists():
        threading.Event().wait()
    perform(self, record)
SignalActor.perform = stuck
sys.argv[1:] = ["run", "--config", sys.argv[1], "--log-format", "json"]
main()
"""


class Manager:
    """A service manager's socket. said: what it was told, the moment of each word (monotonic) beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[tuple[float, str]] = []
        self._datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._datagrams.bind(str(path))
        self._datagrams.setblocking(False)

    def hear(self) -> list[str]:
        """All it was told so far."""
        try:
            while True:
                self.said.append((time.monotonic(), self._datagrams.recv(4096).decode()))
        except BlockingIOError:
            return [word for _, word in self.said]

    def close(self) -> None:
        self._datagrams.close()


@contextmanager
def managed(directory: Path) -> Iterator[Manager]:
    manager = Manager(directory / "notify")
    try:
        yield manager
    finally:
        manager.close()


def until(holds: Callable[[], bool], around: World) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, f"not in {WAIT_S} s; the daemon said:\n{around.said()}"
        time.sleep(0.1)  # another process: nothing here can wake us


def now(around: World) -> dict[str, Any]:
    """The running daemon's status."""
    return running_status(around.data_dir) or {"reasons": [], "alerts": 0, "deliveries": {}}


def sent(around: World) -> bool:
    status = now(around)
    return bool(status["alerts"] and status["deliveries"].get("telegram", {}).get("sent"))


def held_up_s(around: World) -> float:
    """For how long SignalActor has handled nothing, as the status says it; 0 while it says nothing of that."""
    found = [re.fullmatch(r"signal: no record handled for (\d+) s", reason) for reason in now(around)["reasons"]]
    return max((float(one[1]) for one in found if one), default=0.0)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What was seen of a daemon that scans and streams, and of its end."""
    directory = tmp_path_factory.mktemp("care")
    with managed(directory) as manager, world(directory, speed=30) as around, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTIFY_SOCKET", str(manager.path))
        daemon = around.start()
        around.wait_for("SubscribeConfirmed", 5)
        around.wait_for("AlertDecided", 1)
        until(lambda: manager.hear().count("WATCHDOG=1") >= 3, around)
        until(lambda: sent(around), around)
        status = running_status(around.data_dir)
        shown = around.command("status", "--json")
        assert stop(daemon) == 0
        yield {
            "status": status, "shown": shown, "words": manager.hear(), "after": running_status(around.data_dir),
            "printed": around.said(),
        }  # fmt: skip


def test_the_manager_hears_of_start_work_and_end_in_order(watched):
    words = watched["words"]
    assert words[:2] == ["STATUS=reading the log", "READY=1"]
    assert words.index("READY=1") < words.index("WATCHDOG=1") < words.index("STOPPING=1")
    assert words[words.index("STOPPING=1") :].count("WATCHDOG=1") <= 1  # one may be under way
    assert any(word.startswith("STATUS=healthy, ") and word.endswith(" codes live") for word in words)


def test_the_sample_is_as_a_daemon_writes_it(watched):
    def shape(value: Any) -> Any:
        return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else type(value) is dict

    def without(status: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in status.items() if key not in ("deliveries", "rejects")}

    assert shape(without(watched["status"])) == shape(without(sample_status()))


def test_a_daemon_at_work_is_healthy_everywhere(watched):
    status, shown = watched["status"], watched["shown"]
    assert (status["reasons"], healthz(status, real_now())[1]["log_seq"]) == ([], status["log_seq"])
    assert (shown.returncode, json.loads(shown.stdout)["healthy"]) == (0, True)


def test_metrics_count_what_the_daemon_did(watched):
    text = prometheus(watched["status"], real_now())
    found = {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }
    for name in (
        ("rest_calls_total",), ("scans_total", "complete"), ("frames_total",), ("slots", "live"),
        ("commit_seconds_count",), ("commit_seconds_sum",), ("resident_memory_bytes",), ("log_bytes",),
        ("alerts_total",), ("messages_total", "telegram", "sent"), ("threads",), ("open_descriptors",),
        ("round_trip_seconds",),
    ):  # fmt: skip
        assert found["kis_actors_" + name[0], *name[1:]] > 0, name
    assert found["kis_actors_rest_calls_total",] >= found["kis_actors_scans_total", "complete"]


def test_after_the_end_nobody_is_running(watched):
    assert watched["after"] is None


def test_no_secret_is_in_what_is_said(watched):
    said = json.dumps(watched["status"]) + "\n".join(watched["words"]) + watched["printed"]
    assert not [name for name, value in CANARIES.items() if len(value) > 20 and value in said]


def test_a_stuck_actor_starves_the_watchdog_and_is_named(tmp_path: Path):
    gate = tmp_path / "stuck"
    with managed(tmp_path) as manager, world(tmp_path, speed=30) as around:
        with (tmp_path / "daemon.log").open("w") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-c", STUCK, str(around.settings), str(gate)], cwd=ROOT, stdout=log,
                env={**os.environ, **CANARIES, "NOTIFY_SOCKET": str(manager.path)}, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            until(lambda: manager.hear().count("WATCHDOG=1") >= 2, around)
            gate.touch()
            until(lambda: held_up_s(around) > 0, around)
            fed = manager.hear().count("WATCHDOG=1")
            until(lambda: held_up_s(around) >= 5, around)
            assert manager.hear().count("WATCHDOG=1") == fed
            assert daemon.poll() is None
            assert around.command("status").returncode == 1
            assert healthz(running_status(around.data_dir), real_now())[0] == 503
            printed = [json.loads(line) for line in (tmp_path / "daemon.log").read_text().splitlines()]
            assert {"session", "link", "scan"} <= {one["topic"] for one in printed}
        finally:
            daemon.kill()
            daemon.wait()
