"""Every command of the documentation, run in the order of its page, on the log of a simulated morning."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from shown import DOCS, pages, shown_on
from world import CANARIES, DAY, ROOT, WAIT_S

from eventlog.day import days_in, path_of
from kis_actors.commands.demo import simulator, write_settings
from kis_actors.messages import NotifySent
from kis_actors.recovery import records_in

FAST, FROM, UNTIL, LATER = 120, "09:10:00", "09:33", "09:50:00"
RECORDS_MIN = 400
"""The pages ask for 09:21:00 and 09:31:07, and for what led to record 349."""
WITH_COMMANDS = [page for page in pages() if any(not one.reason_not_run for one in shown_on(page))]
PAGE_WAIT_S = 240
OWN = (
    ("log", "data_dir", "var"), ("kis", "credentials_file", "config/credentials.yaml"), ("web", "enabled", False),
    ("market", "file", "config/market.yaml"), ("universe", "file", "config/universe.csv"),
)  # fmt: skip
"""Nothing that a command reads or writes is out of the project: each page has a copy of it."""
pytestmark = pytest.mark.timeout(PAGE_WAIT_S + WAIT_S)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a project in it: the log of a daemon that was stopped, and a KIS that is there at 09:50."""
    home = tmp_path_factory.mktemp("home")
    project = home / "project"
    (project / "var").mkdir(parents=True)
    shutil.copytree(ROOT / "config", project / "config")
    (project / "tools").symlink_to(ROOT / "tools")
    with simulator(FAST, 1, "--date", DAY, "--start", FROM) as simulated:
        _settle(project, simulated.said)
        with Daemon(project) as daemon:
            _wait(project, daemon, lambda: _has_enough(project))
    with simulator(1, 1, "--date", DAY, "--start", LATER) as simulated:
        _settle(project, simulated.said)
        doctor = _bash("./tools/kis-actors doctor", home)  # asks for the token of all pages: KIS gives one a minute
        assert doctor.returncode == 0, doctor.stdout
        yield home


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_every_command_of_a_page_works(morning: Path, page: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(morning, home, symlinks=True)
    (home / "kis-actors").mkdir()
    (home / "kis-actors" / "tools").symlink_to(ROOT / "tools")
    commands = [one for one in shown_on(page) if not one.reason_not_run]
    script = "".join(f"{one.text}\necho '@@' $?\n" for one in commands)
    done = _bash(script, home)
    statuses = [int(line.removeprefix("@@ ")) for line in done.stdout.splitlines() if line.startswith("@@ ")]
    assert statuses == [one.ends_with for one in commands], done.stdout + done.stderr


def test_a_daemon_goes_on_from_a_restored_backup(morning: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(morning, home, symlinks=True)
    shown = [one.text for one in shown_on(DOCS / "upkeep.md")]
    backup, restore = (next(text for text in shown if text.startswith(begins)) for begins in ("tar -c", "tar -x"))
    assert _bash(f"{backup} && mkdir ~/drill && {restore} && mv var lost && cp -a ~/drill/var .", home).returncode == 0
    project = home / "project"
    path = path_of(project / "var", days_in(project / "var")[0])
    before = list(records_in(path))
    with Daemon(project) as daemon:
        _wait(project, daemon, lambda: len(list(records_in(path, types=["RunStarted"]))) > 1)
    after = list(records_in(path))
    assert after[: len(before)] == before
    verdict = _bash("./tools/kis-actors verify && ./tools/kis-actors replay", home)
    assert verdict.returncode == 0 and "whole" in verdict.stdout and "identical" in verdict.stdout, verdict.stdout


def test_a_command_that_fails_is_noticed(morning: Path) -> None:
    done = _bash("./tools/kis-actors nonsense\necho '@@' $?\n", morning)
    assert done.stdout.splitlines()[-1] == "@@ 2"


def _bash(script: str, home: Path) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in CANARIES}
    return subprocess.run(
        ["bash"], input=script, cwd=home / "project", env={**environment, "HOME": str(home)}, text=True,
        capture_output=True, timeout=PAGE_WAIT_S, check=False,
    )  # fmt: skip


def _settle(project: Path, said: dict[str, str]) -> None:
    """The project's own settings and keys, for the KIS that said this; no path in them leads out of the project.

    Keys of another KIS are not kept, nor when they were asked for.
    """
    for kept in (project / "var").glob("keys*"):
        kept.unlink()
    written = write_settings(project / "var", said)
    settings = yaml.safe_load(written.read_text("utf-8"))
    for section, key, value in OWN:
        settings[section][key] = value
    (project / "config" / "settings.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    written.unlink()
    (project / "var" / "credentials.yaml").replace(project / "config" / "credentials.yaml")


class Daemon:
    """A daemon in the project, ended as a service manager does on leaving."""

    def __init__(self, project: Path) -> None:
        self._project = project

    def __enter__(self) -> "subprocess.Popen[bytes]":
        environment = {name: value for name, value in os.environ.items() if name not in CANARIES}
        with (self._project / "said").open("w") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kis_actors", "run"], cwd=self._project, stdout=said, stderr=said,
                env={**environment, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(timeout=30) == 0, (self._project / "said").read_text()


def _wait(project: Path, daemon: "subprocess.Popen[bytes]", is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert daemon.poll() is None and time.monotonic() < deadline, (project / "said").read_text()
        time.sleep(0.2)


def _has_enough(project: Path) -> bool:
    files = [path_of(project / "var", day) for day in days_in(project / "var")]
    records = [record for path in files for record in records_in(path, types=["ClockTicked", "NotifySent"])]
    told = [record for record in records if isinstance(record.event, NotifySent)]
    return len(told) > 1 and records[-1].seq > RECORDS_MIN and f"{records[-1].at:%H:%M}" >= UNTIL
