"""What a soak's samples come to, and which bounds they break. Knows no process, file or clock."""

from collections.abc import Iterator, Sequence
from statistics import linear_regression, median
from typing import NamedTuple

from eventlog.store import WAL_BYTES, WAL_BYTES_MAX
from soak.sampling import Sample

SLOPE_MAX_MB_PER_H = 1.0
SLOPE_FROM_S = 1700.0
"""The second half of an hour. A slope over less is told, not judged: a page more or less would be megabytes an hour."""
SPREAD_MAX = {"threads": 3, "descriptors": 6}
"""Above the median: what one fault may open until it is over. What leaks at each fault is beyond it soon."""
LOAD_MIN = 0.7
"""Of the wanted frames; what is lost to faults aside, less means that the harness did not do its work."""
WAL_MAX_BYTES = WAL_BYTES_MAX + WAL_BYTES
HEALED_WITHIN_S = 60.0
MB, HOUR_S = 1024 * 1024, 3600.0


class Judged(NamedTuple):
    """lines: what was seen, for people. broken: the bounds that do not hold, by name."""

    lines: list[str]
    broken: list[str]


def judged(samples: Sequence[Sample], last_fault_s: float, frames_per_s: float) -> Judged:
    """Of at least four samples, oldest first; the first half is warm-up."""
    warm = samples[len(samples) // 2 :]
    rate, slope, healed_s = rate_of(warm), slope_mb_per_h(warm), healed_after_s(samples, last_fault_s)
    broken = [
        *([] if warm[-1].at_s - warm[0].at_s < SLOPE_FROM_S or slope < SLOPE_MAX_MB_PER_H else ["memory slope"]),
        *(name for name, spread_max in SPREAD_MAX.items() if spread_of(warm, name) > spread_max),
        *(["WAL"] if max(one.wal_bytes for one in samples) > WAL_MAX_BYTES else []),
        *(["load"] if rate < LOAD_MIN * frames_per_s else []),
        *(["dropped frames"] if samples[-1].dropped else []),
        *(["subscriptions live again"] if healed_s > HEALED_WITHIN_S else []),
        *(["health at the end"] if samples[-1].unwell else []),
        *(["one run"] if samples[-1].runs > 1 else []),
    ]
    return Judged(list(_lines(samples, warm, rate, slope, healed_s)), broken)


def slope_mb_per_h(samples: Sequence[Sample]) -> float:
    """Of the memory, by least squares."""
    fit = linear_regression([one.at_s for one in samples], [one.rss_bytes for one in samples])
    return fit.slope * HOUR_S / MB


def rate_of(samples: Sequence[Sample]) -> float:
    """Frames a second, from the first to the last."""
    return (samples[-1].frames - samples[0].frames) / (samples[-1].at_s - samples[0].at_s)


def spread_of(samples: Sequence[Sample], name: str) -> float:
    """How far the most of `name` is above its median."""
    values = [getattr(one, name) for one in samples]
    return max(values) - median(values)


def healed_after_s(samples: Sequence[Sample], last_fault_s: float) -> float:
    """From the last fault until all that is wanted was seen live, the next seconds' old status aside; or never."""
    whole = (one.at_s - last_fault_s for one in samples if one.at_s > last_fault_s + 2 and not one.missing)
    return next(whole, float("inf"))


def _lines(
    samples: Sequence[Sample], warm: Sequence[Sample], rate: float, slope: float, healed_s: float
) -> Iterator[str]:
    first, last = samples[0], samples[-1]
    is_long = warm[-1].at_s - warm[0].at_s >= SLOPE_FROM_S
    yield f"{last.frames:,} frames in {last.at_s - first.at_s:,.0f} s; {rate:,.0f}/s in the second half"
    yield f"memory {first.rss_bytes / MB:.1f} MB at first, {last.rss_bytes / MB:.1f} MB at last; second half " + (
        f"{slope:+.2f} MB/h" if is_long else f"{slope:+.2f} MB/h, too short to be judged"
    )
    for name in SPREAD_MAX:
        values = [getattr(one, name) for one in warm]
        yield f"{name} {min(values)} to {max(values)} in the second half"
    yield f"write-ahead log at most {max(one.wal_bytes for one in samples) / MB:.1f} MB"
    yield f"waiting in mailboxes at most {max(one.waiting for one in samples):,}; {last.dropped} frames dropped"
    yield f"all that is wanted live {healed_s:.0f} s after the last fault; at the end {last.unwell or 'healthy'}"
