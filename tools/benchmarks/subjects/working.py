"""What the daemon takes of a core at 300 frames a second with a scan a minute, and what its alerts take meanwhile,
while people look: `state`, `export` and the page, again and again.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import requests
from environment import ROOT, environment

from benchmarks.bench import Bench
from benchmarks.figures import Figure, at_most, stated
from benchmarks.frames import DAY
from benchmarks.live import Live, Market, market
from benchmarks.subjects.alerting import latencies_ms, p99

PLACE = 11
ABOUT = "processor time at 300 frames/s; alerts while people look"
PER_S = 300
PAGE_PORT = 18_787
MINUTE_S = 60
CODES = 250


def figures(bench: Bench) -> Iterator[Figure]:
    """Percent of a core, as if each frame came alone and as the simulator sends them; milliseconds."""
    if bench.is_quick:
        return
    with market(bench, codes=CODES, web_port=PAGE_PORT) as ours:
        ours.live.ready()
        alone = tuple(_share(ours, burst=1) for _ in range(3))
        yield stated("processor at 300 frames/s, each alone", "% of a core", alone, aim=at_most(8))
        together = (_share(ours, burst=PER_S // 20),)
        yield stated("the same, 15 together", "% of a core", together, aim=at_most(8))
        with people_looking(ours.live, bench.folder):
            found = [p99(latencies_ms(ours, per_s=PER_S, burst=1, seconds=10)) for _ in range(bench.rounds)]
        yield stated("frame to alert while people look, p99", "ms", tuple(found), aim=at_most(10))


def _share(ours: Market, *, burst: int) -> float:
    """Over a minute, so that a scan is in it."""
    cpu_s, began_s = ours.live.cpu_s(), time.perf_counter()
    ours.send(PER_S * MINUTE_S, per_s=PER_S, burst=burst)
    return (ours.live.cpu_s() - cpu_s) / (time.perf_counter() - began_s) * 100


@contextmanager
def people_looking(live: Live, folder: Path) -> Iterator[None]:
    """One at a time asks for the state, for all ticks in a file, and for the page."""
    done = Signal()
    thread = Thread(target=_look, args=(live, folder, done))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _look(live: Live, folder: Path, done: Signal) -> None:
    exported = ["export", f"{DAY}", "--format", "csv", "--what", "ticks", "--out", str(folder / "ticks.csv")]
    while not done.is_set():
        for words in (["state", "--json"], exported):
            subprocess.run(
                [sys.executable, "-m", "kis_actors", *words, "--config", str(live.settings)],
                cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        for _ in range(10):
            with suppress(requests.RequestException):
                requests.get(f"http://127.0.0.1:{PAGE_PORT}/", timeout=5)
        (folder / "ticks.csv").unlink(missing_ok=True)
