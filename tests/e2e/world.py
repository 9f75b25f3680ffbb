"""The world around a daemon under test: a simulated KIS and a Telegram, both on loopback, and real processes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from eventlog.day import days_in, path_of
from kis_actors.commands.demo import Simulator, simulator
from kis_actors.messages import Record
from kis_actors.recovery import records_in

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = Path(__file__).with_name("scenario.yaml")
DAY = "2026-11-20"
"""A plain Friday; another day's calendar would change what happens."""
WAIT_S = 200
IDLE_START_S, SLOWNESS_MAX = 0.5, 6.0
"""How long a daemon takes to load what it is made of on an idle machine, and how far a busy one slows its days."""
POLL_S = 2.0
CANARIES = {
    "KIS_APP_KEY": "PSCANARYKEY0123456789012345678901234",
    "KIS_APP_SECRET": "CANARYSECRET/abcdef+ghijkl==" * 4,
    "TELEGRAM_BOT_TOKEN": "123456789:CANARYtelegramTOKENabcdefghijklmno",
    "TELEGRAM_CHAT_ID": "987654321",
    "DISCORD_WEBHOOK_URL": "",
}

SETTINGS = """\
monitor:
  {{scan_interval_sec: 20, rebalance_interval_sec: 20, max_ws_subs: 20, min_subscribe_sec: 30,
    rules: {{approach: {{enabled: false}}}}}}
kis:
  rest_url: {rest_url}
  ws_url: {ws_url}
  rate_limit_sleep_sec: 0.06
market: {{hours: krx, file: {root}/config/market.yaml}}
universe: {{file: {directory}/universe.csv}}
notify:
  burst_alerts: 1000
  telegram: {{enabled: true, api_url: "{telegram_url}"}}
log: {{data_dir: {directory}/data}}
web: {{enabled: false}}
clock: {{anchor: "{clock_anchor}", shows: "{clock_shows}", speed: {clock_speed}}}
"""


class Telegram:
    """A Telegram that remembers what it was told. `answer` may be replaced to misbehave.

    said: the updates it has for the bot. presses: the presses that were answered. keyboards: buttons by text.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.keyboards: dict[str, list[dict[str, str]]] = {}
        self.said: list[dict[str, Any]] = []
        self.presses: list[str] = []
        self.answer: Callable[[], tuple[int, dict[str, Any]]] = self._ok
        telegram = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, answer = telegram.called(self.path.rpartition("/")[2], body)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                with suppress(ConnectionError):  # who asked was killed
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def called(self, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if method == "getUpdates":
            return 200, {"ok": True, "result": self._updates(body.get("offset", 0))}
        if method == "answerCallbackQuery":
            self.presses.append(body["callback_query_id"])
            return 200, {"ok": True, "result": True}
        self.texts.append(body["text"])
        rows = body.get("reply_markup", {}).get("inline_keyboard", [])
        self.keyboards[body["text"]] = [button for row in rows for button in row]
        return self.answer()

    def say(self, text: str, user: int = int(CANARIES["TELEGRAM_CHAT_ID"])) -> None:
        """A person writes to the bot."""
        person = {"id": user, "is_bot": False}
        message = {"from": person, "chat": {"id": user, "type": "private"}, "text": text}
        self.said.append({"update_id": 5000 + len(self.said), "message": message})

    def press(self, data: str) -> None:
        """The listed person presses a button."""
        user = int(CANARIES["TELEGRAM_CHAT_ID"])
        person, chat = {"id": user, "is_bot": False}, {"id": user, "type": "private"}
        query = {"id": f"press-{len(self.said)}", "from": person, "message": {"chat": chat}, "data": data}
        self.said.append({"update_id": 5000 + len(self.said), "callback_query": query})

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _updates(self, offset: int) -> list[dict[str, Any]]:
        """Those not confirmed yet, said again until they are, after a short wait for new ones."""
        deadline = time.monotonic() + POLL_S
        while not (new := [one for one in self.said if one["update_id"] >= offset]) and time.monotonic() < deadline:
            time.sleep(0.02)
        return new

    def _ok(self) -> tuple[int, dict[str, Any]]:
        return 200, {"ok": True, "result": {"message_id": len(self.texts)}}


class World:
    """A folder with settings, a small universe and a data directory, next to a running simulator.

    secrets: what a daemon finds in its environment. daemons: every one that was started.
    """

    secrets: dict[str, str] = CANARIES
    daemons: "tuple[subprocess.Popen[str], ...]" = ()

    def __init__(self, directory: Path, simulated: Simulator, telegram: Telegram) -> None:
        self.directory = directory
        self.data_dir = directory / "data"
        self.telegram = telegram
        self.settings = directory / "settings.yaml"
        self.settings.write_text(
            SETTINGS.format(root=ROOT, directory=directory, telegram_url=telegram.url, **simulated.said)
        )
        lines = (ROOT / "config" / "universe.csv").read_text("utf-8").splitlines()
        wanted = ("035720", "247540", "196170", "011170", "263750", "036570")
        chosen = [line for number, line in enumerate(lines[1:]) if line.startswith(wanted) or number % 6 == 0]
        (directory / "universe.csv").write_text("\n".join([lines[0], *chosen]) + "\n", "utf-8")

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """A daemon process, or what Python makes of `command`; its output goes to daemon.log in the folder."""
        run = command or ("-m", "kis_actors", "run", "--config", str(self.settings))
        with (self.directory / "daemon.log").open("a") as log:
            daemon = subprocess.Popen(
                [sys.executable, *run],
                cwd=ROOT, env={**os.environ, **self.secrets}, stdout=log, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        self.daemons += (daemon,)
        return daemon

    def leave(self) -> None:
        """Ends what a test that failed left running."""
        for daemon in self.daemons:
            daemon.kill()
            daemon.wait()

    def day_file(self) -> Path:
        """The only day file there is."""
        (day,) = days_in(self.data_dir)
        return path_of(self.data_dir, day)

    def records(self, *types: str) -> list[Record]:
        """What the log has of these types; of all, without any."""
        return list(records_in(self.day_file(), types=types)) if days_in(self.data_dir) else []

    def wait_for(self, name: str, count: int) -> None:
        """Returns when the log has so many events of that name."""
        deadline = time.monotonic() + WAIT_S
        while len(self.records(name)) < count:
            assert time.monotonic() < deadline, f"no {count} {name} in {WAIT_S} s; the daemon said:\n{self.said()}"
            time.sleep(0.2)

    def wait_for_more(self, name: str, more: int) -> None:
        """Returns when the log has so many events of that name more than it has now."""
        self.wait_for(name, len(self.records(name)) + more)

    def said(self) -> str:
        """The end of the daemon's output."""
        path = self.directory / "daemon.log"
        return path.read_text()[-3000:] if path.exists() else ""

    def command(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """A reading command on this folder's settings."""
        return subprocess.run(
            [sys.executable, "-m", "kis_actors", *arguments, "--config", str(self.settings)],
            cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=WAIT_S,
        )  # fmt: skip


def slowed(speed: float) -> float:
    """The speed of a day on this machine as it is now: what is to come first must not be over before a daemon is there.

    speed: of the same day on an idle machine.
    """
    began_s = time.monotonic()
    subprocess.run([sys.executable, "-c", "import kis_actors.app"], cwd=ROOT, check=True)
    slowness = (time.monotonic() - began_s) / IDLE_START_S
    return round(speed / min(max(slowness, 1.0), SLOWNESS_MAX), 1)


@contextmanager
def world(
    directory: Path, *, speed: float, start: str = "08:59:30", scenario: Path = SCENARIO,
    arguments: tuple[str, ...] = (),
) -> Iterator[World]:  # fmt: skip
    """A simulator and a Telegram, and a folder for a daemon between them. speed: see `slowed`."""
    telegram = Telegram()
    chosen = ("--scenario", str(scenario), "--start", start, "--date", DAY, *arguments)
    try:
        with simulator(slowed(speed), 1, *chosen) as simulated:
            made = World(directory, simulated, telegram)
            try:
                yield made
            finally:
                made.leave()
    finally:
        telegram.stop()


def stop(daemon: "subprocess.Popen[str]") -> int:
    """Ends the daemon as a service manager does; its exit status."""
    daemon.send_signal(signal.SIGTERM)
    return daemon.wait(timeout=20)
