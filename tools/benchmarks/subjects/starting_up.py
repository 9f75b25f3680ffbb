"""How soon the command says what it can do, and how soon after its start the daemon asks KIS for the first prices."""

import subprocess
import sys
import time
from collections.abc import Iterator

from environment import ROOT, environment

from benchmarks.bench import Bench
from benchmarks.figures import Figure, at_most, stated
from benchmarks.live import market
from benchmarks.rounds import Contender
from kis_actors.units import NS_PER_S

PLACE = 12
ABOUT = "the command's help; the daemon's first question to KIS"
PYTHON = "Python alone"


def figures(bench: Bench) -> Iterator[Figure]:
    """Seconds."""
    done = bench.race(
        "s", Contender("kis_actors", 1, lambda: _seconds("-m", "kis_actors", "--help")),
        Contender(PYTHON, 1, lambda: _seconds("-c", "pass")),
    )  # fmt: skip
    yield done.alone("kis-actors --help", aim=at_most(0.3))
    yield done.against(PYTHON, "kis-actors --help", aim=at_most(8), floor=at_most(16))
    if not bench.is_quick:
        first = tuple(_to_the_first_scan(bench) for _ in range(bench.rounds))
        yield stated("start of the process to first scan", "s", first, aim=at_most(2))


def _seconds(*words: str) -> float:
    began_s = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began_s


def _to_the_first_scan(bench: Bench) -> float:
    """In the middle of a session, with a fresh log and no key."""
    with market(bench, codes=250) as ours:
        asked = ours.live.wait_for("ScanRequested", 1)[0]
        return (ours.live.real_ns(asked) - ours.live.began_ns) / NS_PER_S
