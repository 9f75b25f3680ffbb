"""`kis-actors install-service`: the unit and the compose file for this machine, and the steps it prints."""

import getpass
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from kis_actors.cli import cli
from kis_actors.commands import install_service

ROOT = Path(__file__).resolve().parents[1]
SYSTEMD = shutil.which("systemd-analyze")
EXPOSURE_MAX = 2.0
"""Of 10, as `systemd-analyze security` counts; below 2 it says OK."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SUDO_USER", raising=False)
    return tmp_path / "home"


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], Path]:
    """Settings of these words, in a project of their own."""

    def written(text: str) -> Path:
        path = tmp_path / "project" / "config" / "settings.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        shutil.copy(ROOT / "config" / "universe.csv", path.parent)
        return path

    return written


def install(directory: Path, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["install-service", "--dir", str(directory), *map(str, arguments)])


def unit(directory: Path, *arguments: object) -> dict[str, list[str]]:
    """The unit's lines, by key."""
    result = install(directory, *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, list[str]] = {}
    for line in (directory / "kis-actors.service").read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            found.setdefault(line.partition("=")[0], []).append(line.partition("=")[2])
    return found


# --- the unit


def test_it_names_this_machines_paths(tmp_path):
    lines = unit(tmp_path, "--config", ROOT / "config" / "settings.yaml")
    config = ROOT / "config" / "settings.yaml"
    assert lines["ExecStart"] == [f"{sys.executable} -m kis_actors run --config {config} --data-dir %S/kis-actors"]
    assert (lines["WorkingDirectory"], f"PYTHONPATH={ROOT}" in lines["Environment"]) == ([str(ROOT)], True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"), ("NotifyAccess", "main"), ("WatchdogSec", "60"), ("Restart", "on-failure"),
        ("RestartPreventExitStatus", "75 78"), ("StartLimitBurst", "5"), ("StartLimitIntervalSec", "600"),
        ("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("PrivateTmp", "yes"), ("MemoryMax", "1G"),
        ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"), ("StateDirectory", "kis-actors"), ("UMask", "0077"),
        ("WantedBy", "multi-user.target"),
    ],
)  # fmt: skip
def test_it_holds_what_was_promised(tmp_path, key, value):
    assert unit(tmp_path)[key] == [value]


def test_root_is_not_who_it_runs_as(tmp_path, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert unit(tmp_path)["User"] == ["kis-actors"]
    assert "useradd --system" in install(tmp_path).output


def test_whoever_asks_by_sudo_is(tmp_path, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "trader")
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    assert unit(tmp_path)["User"] == ["trader"]
    assert "useradd" not in install(tmp_path).output


def test_what_the_settings_need_is_handed_on(tmp_path, settings):
    path = settings("notify: {telegram: {enabled: true}}\n")
    assert unit(tmp_path, "--config", path)["LoadCredential"] == [
        f"{name}:/etc/kis-actors/{name}"
        for name in ("KIS_APP_KEY", "KIS_APP_SECRET", "TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID")
    ]
    assert "# LoadCredential=DEAD_MAN_URL:/etc/kis-actors/DEAD_MAN_URL" in (tmp_path / "kis-actors.service").read_text()


def test_a_file_of_kis_has_the_pair_already(tmp_path, settings):
    assert "LoadCredential" not in unit(tmp_path, "--config", settings("kis: {credentials_file: keys.yaml}\n"))


def test_a_log_elsewhere_may_be_written_to(tmp_path):
    lines = unit(tmp_path, "--data-dir", tmp_path / "own")
    assert (lines["ReadWritePaths"], "StateDirectory" in lines) == ([str(tmp_path / "own")], False)
    assert lines["ExecStart"][0].endswith(f" --data-dir {tmp_path / 'own'}")


def test_a_universe_that_is_updated_may_be_written_to(tmp_path, settings):
    path = settings("universe: {update: daily}\n")
    assert unit(tmp_path, "--config", path)["ReadWritePaths"] == [str(path.parent)]


@pytest.mark.parametrize(("needed", "protected"), [("/home", "read-only"), ("/nowhere", "yes")])
def test_homes_are_hidden_unless_needed(tmp_path, monkeypatch, needed, protected):
    monkeypatch.setattr(install_service, "HOMES", (needed,))
    monkeypatch.setattr(install_service, "PROJECT", Path("/home/trader/kis-actors"))
    assert unit(tmp_path)["ProtectHome"] == [protected]


def test_a_users_own_unit_asks_for_nothing_only_root_may(tmp_path, home):
    lines = unit(tmp_path, "--user")
    assert not {"User", "ProtectSystem", "CapabilityBoundingSet", "StateDirectory"} & lines.keys()
    assert lines["LoadCredential"][0] == f"KIS_APP_KEY:{home}/.config/kis-actors/credentials/KIS_APP_KEY"
    assert (lines["NoNewPrivileges"], lines["WantedBy"]) == (["yes"], ["default.target"])


@pytest.mark.skipif(not SYSTEMD, reason="no systemd-analyze here")
@pytest.mark.parametrize("arguments", [(), ("--data-dir", "/srv/a b%c/$d")])
def test_systemd_takes_the_unit(tmp_path, arguments):
    unit(tmp_path, *arguments)
    checked = subprocess.run([SYSTEMD, "verify", tmp_path / "kis-actors.service"], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(not SYSTEMD, reason="no systemd-analyze here")
def test_systemd_finds_the_unit_little_exposed(tmp_path):
    unit(tmp_path)
    command = [SYSTEMD, "security", "--offline=true", tmp_path / "kis-actors.service"]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.search(r"Overall exposure level for kis-actors.service: ([0-9.]+)", said)
    assert found and float(found[1]) < EXPOSURE_MAX


def test_a_path_with_a_line_end_is_refused(tmp_path, settings):
    odd = tmp_path / "a\nUser=root"
    settings("").parent.parent.rename(odd)
    result = install(tmp_path, "--config", odd / "config" / "settings.yaml")
    assert (result.exit_code, "without control characters" in result.output) == (2, True)
    assert not (tmp_path / "kis-actors.service").exists()


# --- files that are there


def test_the_same_again_changes_nothing(tmp_path):
    assert "written\n" in install(tmp_path).output
    assert "unchanged\n" in install(tmp_path).output


def test_a_changed_file_is_not_written_over(tmp_path):
    path = tmp_path / "kis-actors.service"
    path.write_text("mine\n")
    result = install(tmp_path)
    assert (result.exit_code, path.read_text()) == (1, "mine\n")
    assert "differs from what would be written; --force writes over it" in result.output


def test_force_writes_over_it_and_says_so(tmp_path):
    path = tmp_path / "kis-actors.service"
    path.write_text("mine\n")
    result = install(tmp_path, "--force")
    assert (result.exit_code, "written over\n" in result.output) == (0, True)
    assert path.read_text() != "mine\n"


def test_no_secret_of_the_environment_is_written(tmp_path, monkeypatch):
    for name in ("KIS_APP_KEY", "KIS_APP_SECRET", "TELEGRAM_BOT_TOKEN"):
        monkeypatch.setenv(name, "CANARY-secret-value")
    said = [install(tmp_path).output, install(tmp_path, "--docker").output]
    written = [path.read_text() for path in tmp_path.iterdir() if path.is_file()]
    assert len(written) == 2 and not any("CANARY" in text for text in said + written)


def test_unusable_settings_are_reported(tmp_path, settings):
    result = install(tmp_path, "--config", settings("monitor: {mode: Z}\n"))
    assert (result.exit_code, "settings.yaml:1:" in result.output) == (2, True)


# --- the steps


def test_the_steps_for_secrets_work_as_they_are_printed(tmp_path, home):
    said = install(tmp_path, "--user").output
    step = said[said.index("install -d -m 0700") : said.index("2. See that")]
    done = subprocess.run(["bash", "-c", step], input="key one\nsecret'$two\n", text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    directory = home / ".config/kis-actors/credentials"
    found = {path.name: (path.read_text(), f"{path.stat().st_mode & 0o777:o}") for path in directory.iterdir()}
    assert found == {"KIS_APP_KEY": ("key one", "600"), "KIS_APP_SECRET": ("secret'$two", "600")}
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_log_that_is_there_is_spoken_of(tmp_path, settings):
    (tmp_path / "old" / "events").mkdir(parents=True)
    path = settings(f"log: {{data_dir: {tmp_path}/old}}\n")
    assert f"to go on with this one, say --data-dir {tmp_path}/old" in install(tmp_path, "--config", path).output
    assert "There is a log" not in install(tmp_path, "--config", path, "--data-dir", tmp_path / "old", "--force").output


# --- Docker


def compose(directory: Path, *arguments: object) -> dict[str, object]:
    result = install(directory, "--docker", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, object] = yaml.safe_load((directory / "compose.yaml").read_text())
    return found


def test_the_container_may_do_little(tmp_path):
    service = compose(tmp_path)["services"]["kis-actors"]  # type: ignore[index]
    assert (service["read_only"], service["cap_drop"], service["init"]) == (True, ["ALL"], True)
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith("0:")


def test_the_container_has_log_settings_and_keys_from_outside(tmp_path):
    made = compose(tmp_path, "--config", ROOT / "config" / "settings.yaml")
    service = made["services"]["kis-actors"]  # type: ignore[index]
    assert service["build"] == str(ROOT)
    assert [(one["source"], one["target"]) for one in service["volumes"]] == [
        (str(tmp_path / "data"), "/data"), (str(ROOT / "config"), "/app/config")
    ]  # fmt: skip
    assert service["environment"] == {"CREDENTIALS_DIRECTORY": "/run/secrets"}
    assert service["secrets"] == list(made["secrets"]) == ["KIS_APP_KEY", "KIS_APP_SECRET"]  # type: ignore[call-overload]


def test_the_containers_command_is_one_of_ours(tmp_path):
    command = compose(tmp_path)["services"]["kis-actors"]["command"]  # type: ignore[index]
    context = cli.commands[command[0]].make_context("run", list(command[1:]))
    assert (context.params["config"], context.params["data_dir"]) == (
        Path("/app/config/settings.yaml"), Path("/data")
    )  # fmt: skip


def test_a_universe_that_is_updated_may_be_written_to_in_the_container(tmp_path, settings):
    service = compose(tmp_path, "--config", settings("universe: {update: daily}\n"))["services"]["kis-actors"]  # type: ignore[index]
    assert "read_only" not in service["volumes"][1]


def test_a_universe_the_container_cannot_see_is_refused(tmp_path, settings):
    shutil.copy(ROOT / "config" / "universe.csv", tmp_path)
    result = install(tmp_path, "--docker", "--config", settings(f"universe: {{file: {tmp_path}/universe.csv}}\n"))
    assert (result.exit_code, "which the container sees; move it there" in result.output) == (2, True)


def test_without_a_dockerfile_there_is_no_compose_file(tmp_path, monkeypatch):
    monkeypatch.setattr(install_service, "PROJECT", tmp_path)
    assert "has no Dockerfile" in install(tmp_path, "--docker").output
