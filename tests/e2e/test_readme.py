"""The commands of the README, run as they stand there, on a demo's day."""

import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import CANARIES, ROOT, WAIT_S

from eventlog.day import days_in, path_of
from kis_actors.recovery import records_in

COMMAND = re.compile(r"^(?:    )?(\./tools/\S+.*?)(?:\s+#.*)?$", re.MULTILINE)
COMMANDS = COMMAND.findall((ROOT / "README.md").read_text("utf-8"))
READING = (
    "status", "alerts", "why", "state", "events", "replay", "check-config", "doctor", "calendar", "universe",
    "outcomes",
)  # fmt: skip
READ = [command for command in COMMANDS if command.split()[1:2] and command.split()[1] in READING]


def test_both_languages_show_the_same_commands() -> None:
    assert COMMAND.findall((ROOT / "README.ko.md").read_text("utf-8")) == COMMANDS


def test_the_readme_opens_with_the_two_commands() -> None:
    assert COMMANDS[:2] == ["./tools/kis-actors demo", "./tools/test"]


def test_continuous_integration_runs_the_test_command() -> None:
    assert "./tools/test" in (ROOT / ".ci" / "run").read_text()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of a demo that is running and has raised an alert."""
    directory = tmp_path_factory.mktemp("demo")
    command = [*shlex.split(COMMANDS[0]), "--speed", "30", "--data-dir", str(directory)]
    with (directory / "screen").open("w") as screen:
        process = subprocess.Popen(command, cwd=ROOT, stdout=screen, stderr=screen)
    try:
        _wait_for_an_alert(directory, process)
        yield directory
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


@pytest.mark.parametrize("command", READ)
def test_a_reading_command_works_on_a_running_demo(demo: Path, command: str) -> None:
    done = subprocess.run(
        [*shlex.split(command), "--config", str(demo / "settings.yaml")],
        cwd=ROOT, capture_output=True, text=True, timeout=WAIT_S, check=False,
    )  # fmt: skip
    expected = 1 if "--set" in command else 0
    assert done.returncode == expected, done.stdout + done.stderr
    assert done.stdout.strip()


def test_the_demo_shows_its_alert_in_korean(demo: Path) -> None:
    screen = (demo / "screen").read_text("utf-8")
    assert "[이격도 " in screen
    assert "KST" in screen
    assert "250 of 250 codes quoted in 9 calls" in screen


def test_the_simulator_prints_its_addresses() -> None:
    (command,) = [command for command in COMMANDS if "simulate" in command]
    with subprocess.Popen(shlex.split(command), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0
    assert lines[0].startswith("rest_url=http://127.0.0.1:")
    assert lines[-1] == "ready\n"


def test_the_daemon_refuses_to_start_without_keys(tmp_path: Path) -> None:
    command = next(command for command in COMMANDS if "kis-actors run --config" in command)
    environment = {name: value for name, value in os.environ.items() if name not in CANARIES}
    done = subprocess.run(
        [*shlex.split(command), "--data-dir", str(tmp_path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=WAIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 78
    assert "KIS_APP_KEY" in done.stderr


def _wait_for_an_alert(directory: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + WAIT_S
    while not any(_has_told_an_alert(path_of(directory, day)) for day in days_in(directory)):
        assert process.poll() is None and time.monotonic() < deadline, (directory / "screen").read_text()
        time.sleep(0.3)


def _has_told_an_alert(day_file: Path) -> bool:
    """Not only that the session opened."""
    alerts = {record.event.alert_id for record in records_in(day_file, types=["AlertDecided"])}  # type: ignore[attr-defined]
    sent = {record.event.alert_id for record in records_in(day_file, types=["NotifySent"])}  # type: ignore[attr-defined]
    return bool(alerts & sent)
