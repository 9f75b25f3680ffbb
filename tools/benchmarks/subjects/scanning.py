"""A scan of 250 codes: how many calls, and how long beside the gaps between calls that KIS is owed."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.children import ChildFailed
from benchmarks.figures import Figure, at_most, stated
from benchmarks.live import market
from kis_actors.messages import Record, ScanCompleted, ScanRequested
from kis_actors.units import NS_PER_S

PLACE = 13
ABOUT = "a scan of 250 codes beside the pacer's gaps"
CODES, CALLS = 250, 9
GAP_S = 0.2
"""rate_limit_sleep_sec. All averages come first, a call for each code."""
EVERY_S = 10
SCANS = 3
PACER = "the gaps alone"


def figures(bench: Bench) -> Iterator[Figure]:
    """Calls; seconds."""
    if bench.is_quick:
        return
    with market(bench, codes=CODES, gap_s=GAP_S, scan_s=EVERY_S) as ours:
        ours.live.ready()
        before = ours.live.last_seq()
        ours.live.wait_for("ScanCompleted", SCANS, after=before)
        scans = _scans(ours.live.records("ScanRequested", "ScanCompleted", after=before))
    if not scans:
        raise ChildFailed("no scan was seen whole")
    yield stated("calls of a scan of 250 codes", "", tuple(float(calls) for calls, _ in scans), aim=at_most(CALLS))
    took = tuple(took_s for _, took_s in scans)
    yield Figure("scan of 250 codes", "s", took, at_most(1.15), PACER, tuple((calls - 1) * GAP_S for calls, _ in scans))


def _scans(records: list[Record]) -> list[tuple[int, float]]:
    """Calls, and seconds from the first question to the end, of each scan of all codes that is there whole."""
    asked: dict[int, list[Record]] = {}
    found = []
    for record in records:
        match record.event:
            case ScanRequested(scope="all"):
                asked.setdefault(record.event.scan, []).append(record)
            case ScanCompleted(scope="all", scan=scan, batches=batches) if len(asked.get(scan, ())) == batches:
                found.append((batches, (record.at_ns - asked[scan][0].at_ns) / NS_PER_S))
    return found
