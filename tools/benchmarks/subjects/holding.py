"""The daemon's memory, 250 codes watched and 40 followed: after a million frames, and after ten.

The rules look back over 21 minutes, which fill by the clock, not by frames; so the clock runs fast, and frames are
counted once that is full. What comes then tells whether anything grows.
"""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure, at_most, stated
from benchmarks.live import market

PLACE = 10
ABOUT = "memory of the daemon after a million frames, and after ten"
MILLION = 1_000_000
CODES = 250
SPEED = 10.0
FULL_S, FULL_PER_S = 160, 800
"""So long, by the real clock, until the windows are full, and what of them may be cut off together: 26 minutes of the
market; with two trades a second of each code."""
MILLIONS = 10


def figures(bench: Bench) -> Iterator[Figure]:
    """Megabytes. Takes some 4 GB of the disk meanwhile."""
    if bench.is_quick:
        return
    with market(bench, codes=CODES, speed=SPEED) as ours:
        ours.live.ready()
        bench.tell("filling what the rules look back over")
        ours.send(FULL_S * FULL_PER_S, per_s=FULL_PER_S)
        seen: list[float] = []
        for number in range(1, MILLIONS + 1):
            bench.tell(f"million {number} of {MILLIONS}")
            before = ours.live.last_seq()
            ours.send(MILLION, ends_fallen=True)
            ours.live.wait_for("NotifySent", 1, after=before)
            seen.append(ours.live.memory_mb())
    yield stated("memory after a million frames, windows full", "MB", tuple(seen[:1]), aim=at_most(120))
    yield stated("memory after each million", "MB", tuple(seen), aim=at_most(120))
    yield stated("memory gained by the last five", "MB", (seen[-1] - seen[-6],), aim=at_most(2))
