"""A person with a Telegram and a Discord that count what arrives, and a market that never stops giving alerts."""

import json
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from fakes import Fake, FakeDiscord, FakeTelegram, Try
from world import CANARIES, DAY, ROOT, WAIT_S, World, slowed

from kis_actors.commands.demo import Simulator, simulator

SPEED = 30
CHANNELS = ("telegram", "discord")
CODES, PERIOD_MIN, LAST_MIN = 20, 4, 56
TIMEOUT_S = 90
"""Seconds of the simulated clock until a channel that is silent is given up: time enough for other alerts."""
COOLDOWN_S = 300
"""A code crosses the line every four minutes: each second time is within the cooldown."""
REPEATED = "재전송 (앞선 전송 확인 안 됨)"
STATE_OF = {
    "NotifyRequested": "pending", "NotifySent": "sent", "NotifyFailed": "failed", "NotifyUnknown": "unknown",
    "NotifyExpired": "expired",
}  # fmt: skip

SETTINGS = """\
monitor:
  {{scan_interval_sec: 20, rebalance_interval_sec: 20, max_ws_subs: 20, min_subscribe_sec: 30,
    alert_cooldown_sec: {cooldown_s}, rules: {{approach: {{enabled: false}}}}}}
kis: {{rest_url: {rest_url}, ws_url: {ws_url}, rate_limit_sleep_sec: 0.06}}
market: {{hours: krx, file: {root}/config/market.yaml}}
universe: {{file: {directory}/universe.csv}}
notify:
  burst_alerts: 1000
  timeout_sec: {timeout_s}
  telegram: {{enabled: true, operator: "off", summary: "off", api_url: "{telegram_url}"}}
  discord: {{enabled: true, operator: "off", summary: "off"}}
log: {{data_dir: {directory}/data}}
clock: {{anchor: "{clock_anchor}", shows: "{clock_shows}", speed: {clock_speed}}}
"""


class Post(World):
    """A daemon's surroundings. doubted: by alert and channel, what was without an outcome when it was killed.

    speed: of the clock that all of them live by.
    """

    def __init__(self, directory: Path, simulated: Simulator, telegram: FakeTelegram, discord: FakeDiscord) -> None:
        self.directory, self.data_dir = directory, directory / "data"
        self.speed = float(simulated.said["clock_speed"])
        self.fakes: dict[str, Fake] = {"telegram": telegram, "discord": discord}
        self.settings = directory / "settings.yaml"
        self.settings.write_text(SETTINGS.format(
            root=ROOT, directory=directory, telegram_url=telegram.url, cooldown_s=COOLDOWN_S,
            timeout_s=TIMEOUT_S / self.speed, **simulated.said
        ))  # fmt: skip
        self.secrets = {**CANARIES, "DISCORD_WEBHOOK_URL": f"{discord.url}/api/webhooks/1/SECRET"}
        self.doubted: set[tuple[str, str]] = set()
        self.unasked: list[str] = []
        for name, fake in self.fakes.items():
            fake.witness = lambda text, name=name: self._check_asked(text, name)

    def kill(self, daemon: "subprocess.Popen[str]") -> None:
        """Ends it without notice; what had no outcome then is in doubt."""
        daemon.kill()
        daemon.wait()
        self.doubted |= {key for key, state in self.states().items() if state == "pending"}

    def states(self) -> dict[tuple[str, str], str]:
        """What the log says last of every message to somebody: by its id and channel."""
        said = self.rows(*STATE_OF)
        states = {(data["alert_id"], data["channel"]): STATE_OF[kind] for _, kind, data in said}
        return {key: state for key, state in states.items() if key[1] in CHANNELS}

    def rows(self, *types: str) -> list[tuple[int, str, dict[str, Any]]]:
        """Seq, type and data of these events, read without any code of the product."""
        with closing(sqlite3.connect(f"{self.day_file().as_uri()}?mode=ro", uri=True)) as log:
            marks = ",".join("?" * len(types))
            found = log.execute(f"select seq, type, payload from events where type in ({marks}) order by seq", types)
            return [(seq, kind, json.loads(payload)) for seq, kind, payload in found]

    def until(self, is_so: Callable[[], bool], what: str, channel: str = "telegram") -> None:
        """Looks whenever something was asked of `channel`; fails if it was never so."""
        is_in_time = self.fakes[channel].wait_for(is_so, WAIT_S)
        assert is_in_time, f"not in {WAIT_S} s: {what}; the daemon said:\n{self.said()}"

    def tries(self, channel: str) -> dict[str, list[Try]]:
        """What arrived or should have, by alert."""
        found: dict[str, list[Try]] = {}
        for one in tuple(self.fakes[channel].tries):
            found.setdefault(alert_of(one.text), []).append(one)
        return found

    def is_settled(self, alert_id: str, channel: str) -> bool:
        """Whether nothing more is to be expected of it; what was in doubt is repeated only at the next tick."""
        state = self.states().get((alert_id, channel))
        return state in ("sent", "expired") or (state == "unknown" and (alert_id, channel) in self.repeated())

    def repeated(self) -> set[tuple[str, str]]:
        """What was sent once more because nobody knew what had become of it."""
        asked = self.rows("NotifyRequested")
        return {(data["alert_id"], data["channel"]) for _, _, data in asked if data.get("is_repeat")}

    def is_quiet(self) -> bool:
        """Whether everything has an outcome, and nothing is to be tried again."""
        last = {(data["alert_id"], data["channel"]): (kind, data) for _, kind, data in self.rows(*STATE_OF)}
        return not any(kind == "NotifyRequested" or data.get("retry_after_s", -1) >= 0 for kind, data in last.values())

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Looks into the log now and then."""
        deadline = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < deadline, f"not in {WAIT_S} s: {what}; the daemon said:\n{self.said()}"
            time.sleep(0.03)

    def _check_asked(self, text: str, channel: str) -> None:
        """A request that is not in the log must not be acted on."""
        asked = self.rows("NotifyRequested")
        if not any((one["alert_id"], one["channel"]) == (alert_of(text), channel) for _, _, one in asked):
            self.unasked.append(text)


def alert_of(text: str) -> str:
    """The id at the end of an alert."""
    return text.rsplit(" ", 1)[-1]


def is_marked(one: Try) -> bool:
    """Whether it says that it may have come before."""
    return one.text.split("\n", 1)[0] == REPEATED


@contextmanager
def post(directory: Path) -> Iterator[Post]:
    """From 08:59:30 on; nothing is started yet."""
    speed = slowed(SPEED)
    telegram, discord = FakeTelegram(CANARIES["TELEGRAM_BOT_TOKEN"], speed), FakeDiscord(speed)
    codes = _universe(directory)
    scenario = directory / "scenario.yaml"
    scenario.write_text(json.dumps(_scenario(codes)))
    arguments = ("--scenario", str(scenario), "--start", "08:59:30", "--date", DAY)
    try:
        with simulator(speed, 1, *arguments) as simulated:
            made = Post(directory, simulated, telegram, discord)
            try:
                yield made
            finally:
                made.leave()
    finally:
        telegram.close()
        discord.close()


def _universe(directory: Path) -> list[str]:
    head, *lines = (ROOT / "config" / "universe.csv").read_text("utf-8").splitlines()
    chosen = lines[:: len(lines) // CODES][:CODES]
    (directory / "universe.csv").write_text("\n".join([head, *chosen]) + "\n", "utf-8")
    return [line.split(",", 1)[0] for line in chosen]


def _scenario(codes: list[str]) -> dict[str, Any]:
    """Down through the line and up again, for each code; while one half is in its cooldown, the other is not."""
    half = PERIOD_MIN // 2
    slides = [
        {"at": f"09:{minute:02}", "code": code, "what": "slide", "minutes": half, "to_disparity": where}
        for number, code in enumerate(codes)
        for start in range(1 + number % (2 * PERIOD_MIN), LAST_MIN, PERIOD_MIN)
        for minute, where in ((start, -0.09), (start + half, -0.07))
    ]
    return {"start": {"disparity": dict.fromkeys(codes, -0.07)}, "happenings": slides}
