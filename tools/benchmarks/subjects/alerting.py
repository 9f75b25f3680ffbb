"""From a frame on the socket to the alert that its channel was handed, three commits and a mark later, all durable.

Beside it, what as many syncs of this disk cost at that moment, one after the other: no alert can be faster.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from benchmarks.bench import Bench
from benchmarks.children import ChildFailed
from benchmarks.figures import Figure, at_most, stated
from benchmarks.live import Market, market
from benchmarks.trading import Sent

PLACE = 4
ABOUT = "from a frame to its alert, and 10,000 frames a second for a minute"
ALERTS_PER_S = 18
SYNCS = 4
SYNCED_BYTES = 8192
SYNCED_TIMES = 50
SETTLES_S = 2
STRESS_PER_S, STRESS_S = 10_000, 60
DISK = "4 syncs of this disk"


def figures(bench: Bench) -> Iterator[Figure]:
    """Milliseconds."""
    if bench.is_quick:
        return
    with market(bench, codes=44) as ours:
        ours.live.ready()
        rounds = [_round(ours, bench.folder, per_s=1_000, burst=1, seconds=10) for _ in range(bench.rounds)]
        medians = tuple(median(latencies) for latencies, _ in rounds)
        syncs = tuple(syncs_ms for _, syncs_ms in rounds)
        yield stated("frame to alert at 1,000/s, p50", "ms", medians, aim=at_most(2))
        yield Figure("the same", "ms", medians, at_most(2.5), DISK, syncs)
        yield stated("frame to alert at 1,000/s, p99", "ms", tuple(p99(one) for one, _ in rounds), aim=at_most(10))
        rounds = [_round(ours, bench.folder, per_s=5_000, burst=50, seconds=10) for _ in range(bench.rounds)]
        yield stated("frame to alert at 5,000/s, p99", "ms", tuple(p99(one) for one, _ in rounds), aim=at_most(20))
        waiting, a_moment = waiting_at_the_end(ours), STRESS_PER_S / 10
        yield stated("records waiting, the last 20 s of 60 at 10,000/s", "", waiting, aim=at_most(a_moment))


def latencies_ms(ours: Market, *, per_s: int, burst: int, seconds: int) -> list[float]:
    """Of each alert. Raises ChildFailed, if there are not as many as there should be."""
    before = ours.live.last_seq()
    sent = ours.send(per_s * seconds, per_s=per_s, burst=burst, falls_per_s=ALERTS_PER_S)
    ours.live.wait_for("NotifySent", len(sent.falls), after=before)
    return apart_ms(sent, ours.live.told(before))


def _round(ours: Market, folder: Path, *, per_s: int, burst: int, seconds: int) -> tuple[list[float], float]:
    """Latencies, and what the disk takes for the syncs of one."""
    found = latencies_ms(ours, per_s=per_s, burst=burst, seconds=seconds)
    return found, syncs_ms(folder / "synced")


def apart_ms(sent: Sent, told: list[tuple[str, int]]) -> list[float]:
    """The n-th alert of a code is of its n-th fall."""
    alerts: defaultdict[str, list[int]] = defaultdict(list)
    for code, at_ns in told:
        alerts[code].append(at_ns)
    numbers: defaultdict[str, Iterator[int]] = defaultdict(count)
    try:
        return [(alerts[code][next(numbers[code])] - at_ns) / 1e6 for code, at_ns in sent.falls]
    except IndexError:
        raise ChildFailed(f"{len(sent.falls)} falls, but {len(told)} alerts") from None


def p99(latencies: list[float]) -> float:
    """What 99 % of them are within."""
    return quantiles(latencies, n=100, method="inclusive")[-1]


def syncs_ms(path: Path) -> float:
    """What four writes of two pages take, the median of many, each synced before the next: as a log of its own does."""
    taken = []
    with path.open("wb") as file:
        file.write(bytes(SYNCED_BYTES))
        for _ in range(SYNCED_TIMES):
            began_s = time.perf_counter()
            for _ in range(SYNCS):
                file.seek(0)
                file.write(bytes(SYNCED_BYTES))
                file.flush()
                os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - began_s) * 1000)
    return median(taken)


def waiting_at_the_end(ours: Market) -> tuple[float, ...]:
    """How many records wait to be written or handled, second by second of the last third of a long stress."""
    seen: list[float] = []
    for second in range(STRESS_S):
        ours.send(STRESS_PER_S, per_s=STRESS_PER_S, burst=100)
        status = ours.live.status()
        if second >= STRESS_S * 2 // 3:
            seen.append(sum(status["mailboxes"].values()) + status["journal"]["waiting"])
    return tuple(seen)
