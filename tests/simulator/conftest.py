"""What the simulator's tests share: a small exchange, a clock set by hand, and a simulator running in this process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import msgspec
import pytest

from kis_actors.adapters.clock import Clock
from kis_actors.simulator.market import Market
from kis_actors.simulator.scenario import Scenario, parse_scenario
from kis_actors.simulator.serve import Options, run
from kis_actors.simulator.universe import Stock, read_universe
from kis_actors.units import NS_PER_S

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 20)
RECORDED = ROOT / ".." / "shared" / "data"
CODES = ("005930", "035720", "053800", "028300", "0126Z0", "247540", "025980", "298040")


def stocks() -> tuple[Stock, ...]:
    """Eight stocks: dear and cheap, of both markets, one with a letter in its code."""
    listed = {stock.code: stock for stock in read_universe(ROOT / "config" / "universe.csv")}
    return tuple(listed[code] for code in CODES)


def market(scenario: str = "", *, seed: int = 1) -> Market:
    return Market(stocks=stocks(), seed=seed, day=DAY, scenario=parse_scenario(scenario, "test"))


@pytest.fixture(scope="session")
def quiet_market() -> Market:
    """A day without happenings."""
    return Market(stocks=stocks(), seed=1, day=DAY, scenario=Scenario())


class HandClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.shows_ns = 0

    def now_ns(self) -> int:
        return self.shows_ns

    def pass_s(self, duration_s: float) -> None:
        self.shows_ns += int(duration_s * NS_PER_S)


class Running:
    """A simulator in a thread of this process. urls: what it said, by name."""

    def __init__(self, options: Options) -> None:
        self.urls: dict[str, str] = {}
        self._ready = threading.Event()
        self._ended: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(options,), daemon=True)

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._ready.wait(20), self._error
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
        assert self._error is None

    def _run(self, options: Options) -> None:
        try:
            asyncio.run(self._serve(options))
        except BaseException as error:
            self._error = error
            raise

    async def _serve(self, options: Options) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        await run(options, ended=self._ended, say=self._hear)

    def _hear(self, line: str) -> None:
        name, _, value = line.partition("=")
        self.urls[name] = value
        if line == "ready":
            self._ready.set()


@contextmanager
def running(tmp_path: Path, *, scenario: str = "", **options: object) -> Iterator[Running]:
    """A simulator of the eight stocks."""
    universe, script = tmp_path / "universe.csv", tmp_path / "scenario.yaml"
    rows = [",".join(map(str, msgspec.structs.astuple(stock))) for stock in stocks()]
    universe.write_text("\n".join(["code,name,market,reference_price_won", *rows]), encoding="utf-8")
    script.write_text(scenario, encoding="utf-8")
    wanted = Options(universe=universe, scenario=script, date=DAY, **options)  # type: ignore[arg-type]
    with Running(wanted) as simulator:
        yield simulator


ALL_DAY = "at: '09:00', seconds: 36000"


def faulty(
    tmp_path: Path, *faults: str, start: str = "10:00", speed: float = 60.0
) -> AbstractContextManager[Running]:
    """A fast simulator that fails as told."""
    return running(tmp_path, speed=speed, start=start, scenario=f"faults: [{', '.join(faults)}]")
