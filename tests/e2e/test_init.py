"""`kis-actors init` on a real terminal, against a simulated KIS, a fake Telegram and a fake Discord."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import yaml
from fakes import FakeDiscord, FakeTelegram, Said, refusal
from terminal import Terminal

from kis_actors.commands.demo import Simulator, simulator
from kis_actors.credentials import VARIABLES
from kis_actors.settings import Settings
from kis_actors.settings_file import load
from kis_actors.shipped import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "kis_actors", "init"]
APP_SECRET, TOKEN = "canarySECRET/abc+def==", "123456:SECRET"
APP_KEYS = (f"PScanaryKEY{number:09}" for number in count())
"""One for each test: KIS gives a key one token a minute."""
SETTINGS = """\
# mine
kis: {{rest_url: "{rest_url}", ws_url: "{ws_url}", env: real, rate_limit_sleep_sec: 0.06}}
monitor:
  mode: A                  # careful
  scan_interval_sec: 60
market: {{hours: always}}
notify: {{telegram: {{api_url: "{telegram_url}"}}}}
clock: {{anchor: "{clock_anchor}", shows: "{clock_shows}", speed: {clock_speed}}}
"""


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    with simulator(10, 1) as running:
        yield running


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    fake = FakeTelegram(TOKEN)
    ordinary = fake.other
    bot = Said(200, {"ok": True, "result": {"username": "canary_bot"}})
    # fakes are told what to say by putting another function in the place of theirs
    fake.other = lambda asked: bot if asked.path == f"/bot{TOKEN}/getMe" else ordinary(asked)  # type: ignore[method-assign]
    yield fake
    fake.close()


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    fake = FakeDiscord()
    fake.is_message = lambda asked: asked.method == "POST"  # type: ignore[method-assign]
    fake.other = lambda asked: Said(200, {"name": "alerts"})  # type: ignore[method-assign]
    yield fake
    fake.close()


class Project:
    """A folder, and what `init` makes in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "config" / "settings.yaml"
        self.keys = folder / "config" / "credentials.yaml"
        bare = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
        self.app_key = next(APP_KEYS)
        self.has_keys = {"KIS_APP_KEY": self.app_key, "KIS_APP_SECRET": APP_SECRET}
        self.env = {**bare, "PYTHONPATH": str(ROOT)}

    def has_settings(self, simulated: Simulator, telegram: FakeTelegram) -> None:
        self.settings.parent.mkdir()
        self.settings.write_text(SETTINGS.format(telegram_url=telegram.url, **simulated.said), "utf-8")

    def terminal(self, *words: str) -> Terminal:
        return Terminal([*COMMAND, *words], self.folder, self.env)

    def run(self, *words: str, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *words], cwd=self.folder, env=self.env | env, capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*") if path.is_file()
        }  # fmt: skip

    def written(self) -> Settings:
        return load(self.settings).settings

    def keys_in_file(self) -> dict[str, str]:
        assert stat.S_IMODE(self.keys.stat().st_mode) == 0o600
        return dict(yaml.safe_load(self.keys.read_text("utf-8")))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder)


def secrets_in(text: str, project: Project) -> list[str]:
    return [secret for secret in (project.app_key, APP_SECRET, ":SECRET", "/SECRET") if secret in text]


def secret_file(project: Project, name: str, content: str) -> str:
    path = project.folder.parent / name
    path.write_text(f"{content}\n", "utf-8")
    return str(path)


def answer_the_keys(terminal: Terminal, project: Project) -> None:
    terminal.expect("account (real, paper) [real]:")
    terminal.type("")
    terminal.expect("App key (not shown):")
    terminal.type(project.app_key)
    terminal.expect("App secret (not shown):")
    terminal.type(APP_SECRET)


def test_five_answers_make_it_ready(
    project: Project, simulated: Simulator, telegram: FakeTelegram, discord: FakeDiscord
) -> None:
    project.has_settings(simulated, telegram)
    terminal = project.terminal()
    answer_the_keys(terminal, project)
    terminal.expect("Telegram bot token (not shown):")
    terminal.type(TOKEN)
    terminal.expect("Telegram chat id:")
    terminal.type("42")
    terminal.expect("Discord webhook URL (not shown):")
    terminal.type(f"{discord.url}/api/webhooks/1/SECRET")
    terminal.expect("mode (A, B) [A]:")
    terminal.type("b")
    terminal.expect("Send a test message now? [Y/n]:")
    terminal.type("")
    terminal.expect("telegram   sent")
    terminal.expect("discord    sent")
    assert terminal.end() == 0, terminal.screen
    assert "valid; kept for the daemon" in terminal.screen
    assert "Next: kis-actors run" in terminal.screen
    assert secrets_in(terminal.screen, project) == []
    assert (len(telegram.texts()), len(discord.texts())) == (1, 1)
    assert project.keys_in_file() == {
        "my_app": project.app_key, "my_sec": APP_SECRET, "telegram_bot_token": TOKEN, "telegram_chat_id": "42",
        "discord_webhook_url": f"{discord.url}/api/webhooks/1/SECRET",
    }  # fmt: skip
    written = project.written()
    assert (written.monitor.mode, written.monitor.scan_interval_sec, written.monitor.max_ws_subs) == ("B", 30, 40)
    assert (written.notify.telegram.enabled, written.notify.discord.enabled) == (True, True)
    text = project.settings.read_text("utf-8")
    assert text.startswith("# mine\n")
    assert "# careful" in text
    (before,) = project.settings.parent.glob("settings.*-*.yaml")
    assert before.read_text("utf-8") == SETTINGS.format(telegram_url=telegram.url, **simulated.said)


def test_wrong_answers_are_asked_for_again(project: Project) -> None:
    terminal = project.terminal("--offline", "--no-telegram")
    terminal.expect("account (real, paper) [real]:")
    terminal.type("play")
    terminal.expect("account (real, paper) [real]:")
    terminal.type("paper")
    terminal.expect("App key (not shown):")
    terminal.type("앱키를 여기에")
    terminal.expect("App key: expected printable ASCII without spaces, found something else; copy it again, whole")
    terminal.expect("App key (not shown):")
    terminal.type("")
    terminal.expect("found nothing; copy it, or end with Ctrl-C")
    terminal.expect("App key (not shown):")
    terminal.type(project.app_key)
    terminal.expect("App secret (not shown):")
    terminal.type(APP_SECRET)
    terminal.expect("Discord webhook URL (not shown):")
    terminal.type("discord.com")
    terminal.expect("expected https://discord.com/api/webhooks/NUMBER/TOKEN, found something else")
    terminal.expect("Discord webhook URL (not shown):")
    terminal.type("")
    terminal.expect("mode (A, B) [A]:")
    terminal.type("")
    assert terminal.end() == 0, terminal.screen
    assert project.keys_in_file() == {"paper_app": project.app_key, "paper_sec": APP_SECRET}
    assert project.written().kis.env == "paper"
    assert load(project.settings).warnings == ()


@pytest.mark.parametrize("at", ["account (real", "App key", "App secret", "bot token", "mode (A"])
def test_ctrl_c_leaves_everything_as_it_was(project: Project, at: str) -> None:
    terminal = project.terminal("--offline", "--no-discord", *(["--no-telegram"] if at == "mode (A" else []))
    for question, answer in (("account (real", ""), ("App key", project.app_key), ("App secret", APP_SECRET), (at, "")):
        terminal.expect(f"     {question}" if question[0].isupper() else question)
        if question == at:
            terminal.press_ctrl_c("nothing was written. Run `kis-actors init` again")
            break
        terminal.type(answer)
    assert terminal.end() == 130, terminal.screen
    assert project.files() == {}


def test_the_chat_that_wrote_to_the_bot_is_found(
    project: Project, simulated: Simulator, telegram: FakeTelegram
) -> None:
    project.has_settings(simulated, telegram)
    terminal = project.terminal("--no-discord", "--no-test-message")
    answer_the_keys(terminal, project)
    terminal.expect("Telegram bot token (not shown):")
    terminal.type(TOKEN)
    terminal.expect("Telegram chat id:")
    terminal.type("")
    terminal.expect("no chat found (nobody wrote to it yet)")
    chat = {"id": 987, "type": "private", "first_name": "길동"}
    telegram.say({"update_id": 5, "message": {"chat": chat, "text": "hi"}})
    terminal.type("")
    terminal.expect("found 987, the chat with 길동")
    terminal.expect("mode (A, B) [A]:")
    terminal.type("")
    assert terminal.end() == 0, terminal.screen
    assert project.keys_in_file()["telegram_chat_id"] == "987"
    assert telegram.texts() == []


def test_without_a_terminal_all_comes_along(project: Project, simulated: Simulator, telegram: FakeTelegram) -> None:
    project.has_settings(simulated, telegram)
    token = secret_file(project, "token", TOKEN)
    done = project.run(
        "--yes", "--account", "real", "--telegram-bot-token-file", token, "--telegram-chat-id", "42",
        "--test-message", **project.has_keys,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "telegram   sent" in done.stdout
    assert secrets_in(done.stdout + done.stderr, project) == []
    assert project.keys_in_file()["my_sec"] == APP_SECRET
    assert project.written().notify.discord.enabled is False


def test_a_refused_test_message_is_told_and_ends_with_one(
    project: Project, simulated: Simulator, telegram: FakeTelegram
) -> None:
    project.has_settings(simulated, telegram)
    telegram.faults.append(refusal())
    token = secret_file(project, "token", TOKEN)
    done = project.run(
        "--yes", "--telegram-bot-token-file", token, "--telegram-chat-id", "42", "--test-message",
        **project.has_keys,
    )  # fmt: skip
    assert "telegram   not sent: HTTP 400 Bad Request: chat not found; check the values you gave" in done.stdout
    assert (done.returncode, ", 0 fail," in done.stdout) == (1, True)


def test_a_second_time_changes_only_what_is_said(project: Project) -> None:
    assert project.run("--yes", "--offline", **project.has_keys).returncode == 0
    with project.keys.open("a") as file:
        file.write("dead_man_url: https://example.com/ping  # mine\n")
    assert project.run("--yes", "--offline", "--mode", "B").returncode == 0
    assert project.keys_in_file()["dead_man_url"] == "https://example.com/ping"
    assert project.keys_in_file()["my_app"] == project.app_key
    assert (project.written().monitor.mode, project.written().monitor.max_ws_subs) == ("B", 40)


def test_the_settings_made_are_the_shipped_ones_with_their_comments(project: Project) -> None:
    assert project.run("--yes", "--offline", **project.has_keys).returncode == 0
    shipped = (SHIPPED / "config" / "settings.yaml").read_text("utf-8").splitlines()
    written = project.settings.read_text("utf-8").splitlines()
    assert [line for line in written if line not in shipped] == ['  credentials_file: "config/credentials.yaml"']
    assert [line for line in shipped if line not in written] == []
    assert sorted(project.files()) == ["config/credentials.yaml", "config/settings.yaml", "config/universe.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "init asks on a terminal, and this is none; add --yes and give the rest as options"),
        (["--yes"], "no App key; give --app-key-file FILE, or set KIS_APP_KEY"),
        (["--yes", "--app-key-file", "none"], "none cannot be read: No such file or directory; name a file"),
        (["--yes", "--app-key-file", "../bad"], "App key: expected printable ASCII without spaces"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(project: Project, words: list[str], said: str) -> None:
    secret_file(project, "bad", "두 단어")
    done = project.run(*words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert done.stderr.startswith("nothing was written: ")
    assert project.files() == {}


def test_settings_that_cannot_be_read_stay_as_they_are(project: Project) -> None:
    project.settings.parent.mkdir()
    project.settings.write_text("monitor: {mode: C}\n", "utf-8")
    done = project.run("--yes")
    assert done.returncode == 2
    assert "config/settings.yaml:1:17: " in done.stderr
    assert "mend this, then run init again" in done.stderr
    assert project.files() == {"config/settings.yaml": b"monitor: {mode: C}\n"}


def test_keys_that_others_may_read_are_not_taken(project: Project) -> None:
    project.settings.parent.mkdir()
    project.keys.write_text("my_app: old\n", "utf-8")
    project.keys.chmod(0o644)
    done = project.run("--yes")
    assert (done.returncode, "run chmod 600 config/credentials.yaml" in done.stderr) == (2, True)
