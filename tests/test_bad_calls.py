"""Whatever is called wrongly, or finds nothing to work on, ends with the right status and with what to do next.

Most of it in this process, as real commands in a folder of their own; what ends a process, in a process.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from log_days import log_of

from eventlog.day import path_of
from kis_actors.adapters.app_key_lock import app_key_lock
from kis_actors.adapters.lock import DirectoryLock
from kis_actors.cli import cli
from kis_actors.credentials import VARIABLES
from kis_actors.kis.hosts import REST_URLS

ROOT = Path(__file__).resolve().parents[1]
KEYS = {"KIS_APP_KEY": "PSexampleOfBadCalls", "KIS_APP_SECRET": "example"}
COULD_NOT, IN_USE, UNUSABLE = 2, 75, 78
TO_DO = re.compile(
    r"(?:; |: |\. |, or |\? )(?:add|check|choose|copy|create|correct|free|give|leave|let|make|mend|move|name|run|see|"
    r"set|start|stop|take|try|use|write|did you mean|To go on [a-z ]+: kis-actors)\b[^;]*$", re.IGNORECASE,
)  # fmt: skip
"""How a message ends that says what to do."""

FILES = {
    "broken.yaml": "monitor: {mode: C\n",
    "wrong.yaml": "monitor: {mode: C, scan: 5}\nkis: {rest_url: nowhere}\n",
    "open-keys.yaml": "kis: {credentials_file: keys-0644.yaml}\n",
    "keys-0644.yaml": "my_app: a\nmy_sec: b\n",
    "no-keys.yaml": "kis: {credentials_file: none.yaml}\n",
    "half-keys.yaml": "kis: {credentials_file: keys-half.yaml}\n",
    "keys-half.yaml": "my_app: a\n",
    "odd-keys.yaml": "kis: {credentials_file: keys-odd.yaml}\n",
    "keys-odd.yaml": "- a\n",
    "korean-keys.yaml": "kis: {credentials_file: keys-korean.yaml}\n",
    "keys-korean.yaml": "my_app: 앱키\nmy_sec: b\n",
    "telegram.yaml": "notify: {telegram: {enabled: true}}\n",
    "no-universe.yaml": "universe: {file: none.csv}\n",
    "odd-universe.yaml": "universe: {file: odd.csv}\n",
    "odd.csv": "code,name,market\n12,삼성,KOSPI\n",
    "no-market.yaml": "market: {file: none.yaml}\n",
    "scenario.yaml": "happenings: 3\n",
    "unknown-code.yaml": "happenings: [{what: crash, at: '10:00', code: '999999', fall: 0.1}]\n",
    "file": "not a folder\n",
}

RUN = [
    ("run", UNUSABLE),
    ("run --config none.yaml", UNUSABLE),
    ("run --config .", UNUSABLE),
    ("run --config broken.yaml", UNUSABLE),
    ("run --config wrong.yaml", UNUSABLE),
    ("run --config open-keys.yaml", UNUSABLE),
    ("run --config no-keys.yaml", UNUSABLE),
    ("run --config half-keys.yaml", UNUSABLE),
    ("run --config odd-keys.yaml", UNUSABLE),
    ("run --config korean-keys.yaml", UNUSABLE),
    ("run --set monitor.mod=B", UNUSABLE),
    ("run --set x", UNUSABLE),
    ("run --set monitor.scan_interval_sec=0.1", UNUSABLE),
    ("run --nothing", COULD_NOT),
    ("run now", COULD_NOT),
]
RUN_WITH_KEYS = [
    ("run --config telegram.yaml", UNUSABLE),
    ("run --config no-universe.yaml", UNUSABLE),
    ("run --config odd-universe.yaml", UNUSABLE),
    ("run --config no-market.yaml", UNUSABLE),
    ("run --data-dir file", UNUSABLE),
    ("run --data-dir odd-lock", UNUSABLE),
    ("run --data-dir taken", IN_USE),
    ("run --data-dir fresh", IN_USE),  # the app key is held
]
SETTINGS = [
    ("check-config --config none.yaml", UNUSABLE),
    ("check-config --config wrong.yaml", UNUSABLE),
    ("check-config --config no-universe.yaml", UNUSABLE),
    ("check-config --rules none.yaml", UNUSABLE),
    ("check-config --rules file", UNUSABLE),
    ("demo --speed 0", COULD_NOT),
    ("demo --data-dir file", UNUSABLE),
    ("demo --data-dir odd-lock", UNUSABLE),
    ("simulate --scenario none.yaml", COULD_NOT),
    ("simulate --scenario scenario.yaml", COULD_NOT),
    ("simulate --scenario unknown-code.yaml", COULD_NOT),
    ("simulate --start 25:00", COULD_NOT),
    ("simulate --rest-port 99999", COULD_NOT),
    ("simulate --rest-port {port}", COULD_NOT),
    ("calendar 2026-02-30", COULD_NOT),
    ("calendar 1800-01-01", COULD_NOT),
    ("calendar --config wrong.yaml", COULD_NOT),
    ("universe sho", COULD_NOT),
    ("universe show --config no-universe.yaml", COULD_NOT),
    ("universe show --config odd-universe.yaml", COULD_NOT),
    ("universe diff none.csv", COULD_NOT),
    ("universe diff odd.csv --pin 005930", COULD_NOT),
    ("universe update --pin ab", COULD_NOT),
    ("universe update --kospi none", COULD_NOT),
    ("universe update --kospi none --kosdaq none", COULD_NOT),
    ("universe update --kospi file --kosdaq file", COULD_NOT),
    ("web --port {port}", COULD_NOT),
    ("web --config none.yaml", COULD_NOT),
    ("install-service --config none.yaml", COULD_NOT),
    ("install-service --docker --dir file", COULD_NOT),
    ("init", COULD_NOT),
    ("init --yes", COULD_NOT),
    ("init --account play", COULD_NOT),
    ("rum", COULD_NOT),
]
READING = [
    "events", "alerts", "state", "why 005930", "verify", "verify 2026-01-05", "seal", "replay", "replay --step",
    "replay --set monitor.mode=B", "outcomes", "outcomes --days 3", "causes 1", "export --format csv --out x.csv",
    "bundle --around 09:00 --out x.zip", "repair 2026-01-05 --truncate-after 5", "status",
    "report --out x.html", "status --data-dir odd-lock",
]  # fmt: skip
OF_A_LOG = [
    "events 2026-13-01", "events yesterday", "events 2026-01-05", "events --type Nope", "events --type ScanRequeste",
    "events --around soon", "events --code 12", "events --after -1", "events --around 09:00 --follow", "state --at 9",
    "why", "why 999999", "why 없는이름", "causes x", "causes 999", "export", "seal {day}",
    "export --format xls --out x",
    "export --format csv --out .", "export --format csv --out none/x.csv", "export --format csv --out file", "bundle",
    "repair {day} --truncate-after 99999", "replay --set monitor.mod=B", "outcomes --from 2026-01-01 --days 2",
    "verify 2026-01-05", "status", "report", "report --out file",
]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where all is called, with the files above, and no keys in the environment."""
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "odd-lock" / "lock").mkdir(parents=True)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o644 if "0644" in name else 0o600)
    monkeypatch.chdir(tmp_path)
    mask = os.umask(0o022)
    yield tmp_path
    os.umask(mask)


def called(words: str, **env: str) -> tuple[int, str]:
    """The status, and the last line that was said."""
    result = CliRunner().invoke(cli, words.split(), env=env, prog_name="kis-actors")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.strip().splitlines()[-1]


def assert_says_what_to_do(words: str, status: int, **env: str) -> None:
    found, last_line = called(words, **env)
    assert (found, bool(TO_DO.search(last_line))) == (status, True), last_line


@pytest.mark.parametrize(("words", "status"), [*RUN, *SETTINGS])
def test_a_bad_call_says_what_to_do(words: str, status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert_says_what_to_do(words.format(port=other.getsockname()[1]), status)


@pytest.mark.parametrize(("words", "status"), RUN_WITH_KEYS)
def test_a_daemon_that_cannot_start_says_what_to_do(words: str, status: int, folder: Path) -> None:
    with DirectoryLock(folder / "taken"), app_key_lock(REST_URLS["real"], KEYS["KIS_APP_KEY"]):
        assert_says_what_to_do(words, status, **KEYS)


@pytest.mark.parametrize("words", READING)
def test_without_a_log_a_reading_command_says_what_to_do(words: str) -> None:
    assert_says_what_to_do(words, COULD_NOT)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a small day."""
    directory = tmp_path_factory.mktemp("log")
    log_of(directory, 1)
    return directory


@pytest.mark.parametrize("words", OF_A_LOG)
def test_a_bad_question_to_a_log_says_what_to_do(words: str, log: Path) -> None:
    assert_says_what_to_do(f"{words.format(day='2026-11-20')} --data-dir {log}", COULD_NOT)


@pytest.mark.parametrize("words", ["events", "state", "replay", "export --format csv --out x.csv", "causes 1"])
def test_a_file_that_is_no_log_says_what_to_do(words: str, folder: Path) -> None:
    path = path_of(folder / "hurt", date(2026, 11, 20))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"garbage" * 1000)
    assert_says_what_to_do(f"{words} --data-dir hurt", COULD_NOT)


def test_a_damaged_log_ends_the_start_and_says_what_to_do(folder: Path) -> None:
    path = path_of(folder / "hurt", date(2026, 11, 20))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"garbage" * 1000)
    assert_says_what_to_do("run --data-dir hurt", UNUSABLE, **KEYS)


def test_every_failed_check_of_doctor_says_what_to_do() -> None:
    for config in ("none.yaml", "open-keys.yaml", "no-universe.yaml", "no-market.yaml"):
        result = CliRunner().invoke(cli, ["doctor", "--offline", "--config", config], prog_name="kis-actors")
        failed = [line for line in result.output.splitlines() if line.startswith("fail")]
        assert (result.exit_code, bool(failed)) == (1, True)
        assert [line for line in failed if not TO_DO.search(line)] == []


def test_nothing_is_made_of_a_call_that_failed(folder: Path) -> None:
    before = sorted(folder.iterdir())
    for words, _ in (*RUN, *SETTINGS[:4]):
        called(words)
    assert sorted(folder.iterdir()) == before


def test_no_words_at_all_show_the_commands() -> None:
    result = CliRunner().invoke(cli, [], prog_name="kis-actors")
    assert (result.exit_code, "Commands:" in result.output) == (COULD_NOT, True)


def test_the_process_ends_as_the_command_does() -> None:
    command = [sys.executable, "-m", "kis_actors", "rum"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    said = "No such command 'rum'. Did you mean 'run'? See kis-actors --help\n"
    assert (done.returncode, done.stdout, done.stderr) == (COULD_NOT, "", said)


@pytest.mark.parametrize("text", ["it failed", "cannot be read: No such file", "see above; it failed", "done; 3 left"])
def test_what_says_nothing_to_do_is_found(text: str) -> None:
    assert not TO_DO.search(text)
