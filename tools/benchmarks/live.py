"""The daemon as users run it, `kis-actors run` with a log that survives loss of power, in the middle of a session.

KIS is two processes more: the simulator answers by REST, and `trading.py` has the WebSocket.
"""

import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from daemon import running
from environment import ROOT

from benchmarks.bench import Bench
from benchmarks.children import Child, ChildFailed
from benchmarks.frames import DAY
from benchmarks.trading import Errand, Sent, Stock
from eventlog.day import path_of
from eventlog.reading import open_reader
from eventlog.schema import Row
from kis_actors.commands.demo import Simulator, simulator
from kis_actors.messages import BaselineLoaded, NotifySent, Record, SubscribeConfirmed
from kis_actors.recovery import records_in
from kis_actors.settings import Clock
from kis_actors.status import read_status
from kis_actors.units import NS_PER_S, ns_of_instant

FOLLOWED = 40
START = "09:40:00"
WAIT_S = 120.0
LOOK_S = 0.02
USUAL, FALLEN = -0.04, -0.085
"""Against the average: no signal, and one."""
MA_DAYS = 25
ALERTS_MAX = 1000
KEYS = {"KIS_APP_KEY": "benchmark-key", "KIS_APP_SECRET": "benchmark-secret"}

SETTINGS = """\
monitor:
  scan_interval_sec: {scan_s}
  max_ws_subs: {followed}
  min_subscribe_sec: 86400
  alert_cooldown_sec: 0
  shrink_on_lag: false
  rules:
    approach: {{rule: near_threshold, band: 0.01}}
    fall: {{rule: rapid_fall, fall_ratio: 0.25}}
    surge: {{rule: turnover_surge_fall}}
    low: {{rule: breakout, of: day_low}}
    stop: {{rule: vi_or_halt}}
kis:
  rest_url: {rest_url}
  ws_url: ws://127.0.0.1:{port}
  rate_limit_sleep_sec: {gap_s}
  max_backpressure_sec: 600
  ws_ack_timeout_sec: 60
  ws_idle_timeout_sec: 600
market: {{hours: krx, file: {root}/config/market.yaml}}
universe: {{file: {folder}/universe.csv}}
notify: {{burst_alerts: {alerts}, burst_sec: 1}}
log: {{data_dir: {folder}/data, durability: full}}
web: {{enabled: {is_web}, port: {web_port}}}
clock: {{anchor: "{clock_anchor}", shows: "{clock_shows}", speed: {clock_speed}}}
"""
"""Six rules on each trade: the line of monitor.signal, and these. Under all it can take it is not to ask for less, and
it never follows others than those that KIS has trades of."""


class Live:
    """A running daemon. began_ns: when its process was started, by the real clock.

    stocks: those that it follows, once `ready`. clock: what its clock shows.
    """

    stocks: tuple[Stock, ...] = ()

    def __init__(self, folder: Path, daemon: "subprocess.Popen[bytes]", began_ns: int, said: dict[str, str]) -> None:
        self.folder = folder
        self.daemon = daemon
        self.began_ns = began_ns
        shown = {name: said[f"clock_{name}"] for name in ("anchor", "shows", "speed")}
        self.clock = msgspec.convert(shown, Clock, strict=False)

    @property
    def path(self) -> Path:
        """Its day file."""
        return path_of(self.folder / "data", DAY)

    @property
    def settings(self) -> Path:
        """Its settings file."""
        return self.folder / "settings.yaml"

    def ready(self, followed: int = FOLLOWED) -> None:
        """Returns when it follows so many codes and has all averages."""
        self.wait_for("BaselinesCompleted", 1)
        subscribed = self.wait_for("SubscribeConfirmed", followed)
        codes = [record.event.code for record in subscribed if isinstance(record.event, SubscribeConfirmed)]
        loaded = (record.event for record in self.records("BaselineLoaded"))
        closes = {one.code: one.closes_won for one in loaded if isinstance(one, BaselineLoaded)}
        self.stocks = tuple(
            Stock(code, _price_won(closes[code], USUAL), _price_won(closes[code], FALLEN))
            for code in dict.fromkeys(codes) if code in closes
        )  # fmt: skip

    def errand(self, frames: int, **how: Any) -> Errand:
        """So many frames of the codes it follows, stamped by its clock."""
        return Errand(stocks=self.stocks, frames=frames, clock=self.clock, **how)

    def real_ns(self, record: Record) -> int:
        """When the log took it, by the real clock."""
        assert self.clock.anchor and self.clock.shows
        shown_ns = record.at_ns - ns_of_instant(self.clock.shows)
        return ns_of_instant(self.clock.anchor) + int(shown_ns / self.clock.speed)

    def records(self, *types: str, after: int = 0) -> list[Record]:
        """What its log has of these types."""
        return list(records_in(self.path, types=types, after=after)) if self.path.exists() else []

    def _rows(self, kind: str, after: int) -> Iterator[Row]:
        with open_reader(self.path) as reader:
            yield from reader.rows(types=[kind], after=after)

    def told(self, after: int) -> list[tuple[str, int]]:
        """Code and instant of each alert that was handed to its channel since, by the real clock."""
        sent = ((record.event, self.real_ns(record)) for record in self.records("NotifySent", after=after))
        return [(one.alert_id[:6], at_ns) for one, at_ns in sent if isinstance(one, NotifySent)]

    def wait_for(self, kind: str, count: int, after: int = 0) -> list[Record]:
        """These records, when there are so many. Raises ChildFailed."""
        deadline_s = time.monotonic() + WAIT_S
        while len(found := self.records(kind, after=after)) < count:
            if self.daemon.poll() is not None or time.monotonic() > deadline_s:
                raise ChildFailed(f"the daemon has {len(found)} {kind} and not {count}: {self._last_words()}")
            time.sleep(LOOK_S)
        return found

    def status(self) -> dict[str, Any]:
        """What it said of itself last."""
        return read_status(self.folder / "data") or {}

    def trades_since(self, seq: int) -> int:
        """Frames with trades that its log has after `seq`."""
        return sum(b'"0|' in row.payload for row in self._rows("FrameReceived", seq))

    def last_seq(self) -> int:
        """How far its log is."""
        with open_reader(self.path) as reader:
            return reader.last_commit()[0]

    def cpu_s(self) -> float:
        """Processor time of all its threads so far."""
        tasks = Path(f"/proc/{self.daemon.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / NS_PER_S

    def memory_mb(self) -> float:
        """What of it is in memory."""
        pages = int(Path(f"/proc/{self.daemon.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    def _last_words(self) -> str:
        return (self.folder / "daemon.log").read_text("utf-8", "replace")[-300:]


def _price_won(closes_won: tuple[int, ...], disparity: float) -> int:
    """The price that stands so against the average of which it is the last."""
    others_won = sum(closes_won[-(MA_DAYS - 1) :])
    return int((1 + disparity) * others_won / (MA_DAYS - 1 - disparity))


class Market:
    """A daemon's KIS, and the daemon. `send` has it send frames."""

    def __init__(self, live: Live, trading: Child) -> None:
        self.live, self._trading = live, trading

    def send(self, frames: int, **how: Any) -> Sent:
        """Sends so many, see Errand. Raises ChildFailed."""
        errand = msgspec.json.encode(self.live.errand(frames, **how)).decode()
        return msgspec.convert(self._trading.ask(errand), Sent)


@contextmanager
def market(
    bench: Bench, *, codes: int = FOLLOWED, gap_s: float = 0.06, scan_s: int = 60, web_port: int = 0, speed: float = 1.0
) -> Iterator[Market]:
    """A daemon that is starting, with so many codes to watch. gap_s: least time between two REST calls.

    web_port: serves its page there; 0: nowhere. speed: of the market's clock.
    """
    folder = bench.folder / f"live-{time.monotonic_ns()}"
    folder.mkdir()
    lines = (ROOT / "config" / "universe.csv").read_text("utf-8").splitlines()[: codes + 1]
    (folder / "universe.csv").write_text("\n".join(lines) + "\n", "utf-8")
    with ExitStack() as closing:
        simulated: Simulator = closing.enter_context(simulator(speed, 1, "--start", START, "--date", f"{DAY}"))
        trading = bench.child("benchmarks.trading")
        chosen = {
            "followed": min(FOLLOWED, codes), "port": trading.hear()["port"], "gap_s": gap_s, "scan_s": scan_s,
            "root": ROOT, "folder": folder, "alerts": ALERTS_MAX, "is_web": str(bool(web_port)).lower(),
            "web_port": web_port or 8787,
        }  # fmt: skip
        said = {name: value for name, value in simulated.said.items() if name != "ws_url"}
        (folder / "settings.yaml").write_text(SETTINGS.format(**chosen, **said), "utf-8")
        began_ns = time.time_ns()
        daemon = closing.enter_context(running(folder / "settings.yaml", **KEYS))
        yield Market(Live(folder, daemon, began_ns, simulated.said), trading)
