"""From a frame on the socket to the alert that its channel was handed, three commits and a mark later, all durable."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from statistics import median, quantiles

from benchmarks.bench import Bench
from benchmarks.children import ChildFailed
from benchmarks.figures import Figure, at_most, stated
from benchmarks.live import Market, market
from benchmarks.trading import Sent

PLACE = 4
ABOUT = "from a frame to its alert, and 10,000 frames a second for a minute"
ALERTS_PER_S = 18
STRESS_PER_S, STRESS_S = 10_000, 60


def figures(bench: Bench) -> Iterator[Figure]:
    """Milliseconds."""
    if bench.is_quick:
        return
    with market(bench, codes=44) as ours:
        ours.live.ready()
        found = [latencies_ms(ours, per_s=1_000, burst=1, seconds=10) for _ in range(bench.rounds)]
        yield stated("frame to alert at 1,000/s, p50", "ms", tuple(map(median, found)), aim=at_most(2))
        yield stated("frame to alert at 1,000/s, p99", "ms", tuple(map(p99, found)), aim=at_most(10))
        found = [latencies_ms(ours, per_s=5_000, burst=50, seconds=10) for _ in range(bench.rounds)]
        yield stated("frame to alert at 5,000/s, p99", "ms", tuple(map(p99, found)), aim=at_most(20))
        waiting, a_moment = waiting_at_the_end(ours), STRESS_PER_S / 10
        yield stated("records waiting, the last 20 s of 60 at 10,000/s", "", waiting, aim=at_most(a_moment))


def latencies_ms(ours: Market, *, per_s: int, burst: int, seconds: int) -> list[float]:
    """Of each alert. Raises ChildFailed, if there are not as many as there should be."""
    before = ours.live.last_seq()
    sent = ours.send(per_s * seconds, per_s=per_s, burst=burst, falls_per_s=ALERTS_PER_S)
    ours.live.wait_for("NotifySent", len(sent.falls), after=before)
    return apart_ms(sent, ours.live.told(before))


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


def waiting_at_the_end(ours: Market) -> tuple[float, ...]:
    """How many records wait to be written or handled, second by second of the last third of a long stress."""
    seen: list[float] = []
    for second in range(STRESS_S):
        ours.send(STRESS_PER_S, per_s=STRESS_PER_S, burst=100)
        status = ours.live.status()
        if second >= STRESS_S * 2 // 3:
            seen.append(sum(status["mailboxes"].values()) + status["journal"]["waiting"])
    return tuple(seen)
