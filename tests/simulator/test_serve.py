"""The simulator as a process: what it prints, and how it ends."""

import itertools
import signal
import socket
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
import requests

from kis_actors.settings import Clock as ClockSettings
from kis_actors.units import KST

from .conftest import ROOT, running

NAMES = ["rest_url", "ws_url", "clock_anchor", "clock_shows", "clock_speed", "ready"]


@pytest.fixture
def start():
    """Starts a simulator as a process of its own; returns it with the lines it printed."""
    processes = []

    def started(*arguments):
        command = [sys.executable, "-m", "kis_actors.simulator.serve", "--date", "2026-11-20", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
        processes.append(process)
        return process, [process.stdout.readline().rstrip("\n") for _ in NAMES]

    yield started
    for process in processes:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def test_it_says_where_it_is_and_ends_on_request(start):
    process, lines = start("--speed", "60", "--start", "09:10:30")
    assert [line.partition("=")[0] for line in lines] == NAMES
    assert lines[3:5] == ["clock_shows=2026-11-20T09:10:30+09:00", "clock_speed=60"]
    assert requests.get(lines[0].partition("=")[2], timeout=5).status_code == 404
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert (process.stdout.read(), process.stderr.read()) == ("", "")


NOISES = (b"\x00\xff\r\n\r\n", b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", b"GET /")


def test_noise_on_its_ports_leaves_it_well_and_quiet(start):
    process, lines = start()
    urls = [line.partition("=")[2] for line in lines[:2]]
    for url, noise in itertools.product(urls, NOISES):
        host, port = url.partition("//")[2].split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(noise)
    assert requests.get(urls[0], timeout=5).status_code == 404
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_a_port_in_use_is_told(start):
    _, lines = start()
    port = lines[0].rpartition(":")[2]
    command = [sys.executable, "-m", "kis_actors.simulator.serve", "--rest-port", port]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 1 and "Address already in use" in told.stderr


def test_it_ends_with_its_standard_input(start):
    process, lines = start("--until-stdin-closes")
    assert lines[-1] == "ready"
    process.stdin.close()
    assert process.wait(10) == 0


def test_a_bad_scenario_is_told_before_anything_is_opened(tmp_path):
    (tmp_path / "bad.yaml").write_text("happenings: [{at: '10:00', code: 999999, what: vi}]")
    command = [sys.executable, "-m", "kis_actors.simulator.serve", "--scenario", str(tmp_path / "bad.yaml")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 1 and told.stdout == ""
    assert "bad.yaml: happenings[0].code: expected a listed code, found '999999'" in told.stderr


def test_a_given_clock_is_used_exactly(tmp_path):
    shows = datetime(2026, 11, 20, 10, 30, tzinfo=KST)
    clock = ClockSettings(anchor=datetime.now(KST) - timedelta(seconds=1), shows=shows, speed=30.0)
    with running(tmp_path, clock=clock, speed=1.0, start="08:00") as simulator:
        assert simulator.urls["clock_shows"] == shows.isoformat()
        assert simulator.urls["clock_speed"] == "30"
        date = requests.get(simulator.urls["rest_url"] + "/oauth2/none", timeout=5).headers.get("date")
        assert date is None
