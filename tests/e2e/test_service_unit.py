"""The unit that install-service writes, run as systemd would: its command, environment, folder and credentials."""

import os
import shlex
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from test_care import managed, until
from world import CANARIES, World, stop, world

from kis_actors.status import running_status


def installed(around: World, home: Path) -> dict[str, list[str]]:
    """The lines of a unit written for these settings, by key."""
    out = around.directory / "service"
    written = around.command("install-service", "--user", "--dir", str(out), HOME=str(home))
    assert written.returncode == 0, written.stderr
    found: dict[str, list[str]] = {}
    for line in (out / "kis-actors.service").read_text().splitlines():
        key, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def hand_on(unit: dict[str, list[str]], directory: Path) -> None:
    """What LoadCredential= does, of values that were put where the unit looks for them."""
    directory.mkdir(mode=0o700)
    for line in unit["LoadCredential"]:
        name, _, source = line.partition(":")
        Path(source).parent.mkdir(parents=True, exist_ok=True)
        Path(source).write_text(f"{CANARIES[name]}\n")
        (directory / name).write_bytes(Path(source).read_bytes())


def is_made(folder: Path) -> bool:
    """Whether there is such a folder now; for a moment each second a file has the name."""
    with suppress(FileExistsError):
        folder.mkdir()
    return folder.is_dir()


def test_the_unit_starts_a_daemon_that_says_it_is_ready_and_reloads_and_stops(tmp_path: Path) -> None:
    with managed(tmp_path) as manager, world(tmp_path, speed=10) as around:
        unit = installed(around, tmp_path / "home")
        hand_on(unit, tmp_path / "handed-on")
        given = dict(word.split("=", 1) for line in unit["Environment"] for word in shlex.split(line))
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "NOTIFY_SOCKET": str(manager.path),
            "CREDENTIALS_DIRECTORY": str(tmp_path / "handed-on"), **given,
        }  # fmt: skip
        with (tmp_path / "daemon.log").open("w") as log:
            daemon = subprocess.Popen(
                shlex.split(unit["ExecStart"][0]), cwd=unit["WorkingDirectory"][0], env=environment, stdout=log,
                stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        until(lambda: "READY=1" in manager.hear(), around)
        data_dir = tmp_path / "home" / ".local" / "state" / "kis-actors"
        until(lambda: manager.hear().count("WATCHDOG=1") >= 2, around)
        status = running_status(data_dir)
        assert status is not None and status["rest"]["calls"] > 0
        daemon.send_signal(signal.SIGHUP)
        until(lambda: is_made(data_dir / "status.new"), around)  # now no status can be written
        fed = manager.hear().count("WATCHDOG=1")
        until(lambda: manager.hear().count("WATCHDOG=1") >= fed + 3, around)
        assert stop(daemon) == 0
        assert "STOPPING=1" in manager.hear()
        said = around.said() + around.directory.joinpath("service", "kis-actors.service").read_text()
        assert not [name for name, value in CANARIES.items() if len(value) > 20 and value in said]
