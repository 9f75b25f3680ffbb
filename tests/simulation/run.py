"""Plays seeds, many at once, and says how to play a failed one again; see tools/simulate-faults."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from multiprocessing import get_context

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from simulation.canaries import CANARIES
from simulation.report import Report, line_of, sum_of
from simulation.world import played

TOOL = "./tools/simulate-faults"


def first_broken(seeds: Iterable[int]) -> Report | None:
    """The report of the first seed in which an invariant does not hold."""
    return next((report for report in map(played, seeds) if report.broken), None)


def all_played(seeds: range, workers: int) -> Iterator[Report]:
    """Every seed, as they come."""
    if workers < 2:
        yield from map(played, seeds)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(played, seeds)


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 if every invariant held, 1 if not, 2 for arguments that make no sense."""
    args = _parser().parse_args(arguments)
    canary = next((one for one in CANARIES if one.name == args.canary), None)
    with canary.planted() if canary else nullcontext():
        if args.seed is not None:
            return _traced(args.seed)
        seeds = range(args.first, args.first + args.seeds)
        return _chains(seeds) if args.chains else _many(seeds, 1 if canary else args.workers, args.minutes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, metavar="N", help="how many (default: 100)")
    parser.add_argument("--first", type=int, default=0, metavar="S", help="the first of them (default: 0)")
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M", help="end after so long")
    parser.add_argument("--seed", type=int, metavar="S", help="play this one only, and tell its story")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")
    parser.add_argument("--canary", choices=[one.name for one in CANARIES], help="with this bug planted")
    parser.add_argument("--chains", action="store_true", help="print each seed and the hash over its log")
    return parser


def _chains(seeds: range) -> int:
    for report in map(played, seeds):
        print(report.seed, report.chain or report.broken, flush=True)
    return 0


def _traced(seed: int) -> int:
    report = played(seed, print)
    print(line_of(report))
    return 1 if report.broken else 0


def _many(seeds: range, workers: int, minutes: float) -> int:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    reports: list[Report] = []
    begun_s = time.monotonic()
    with Progress(*columns, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("seeds", total=len(seeds))
        for report in all_played(seeds, workers):
            reports.append(report)
            progress.update(task, advance=1, description=f"{sum(bool(one.broken) for one in reports)} broken")
            if report.broken:
                progress.console.print(f"{line_of(report)}\n  again: {TOOL} --seed {report.seed}", highlight=False)
            if time.monotonic() - begun_s > 60 * minutes:
                break
    print(sum_of(reports, time.monotonic() - begun_s))
    return 1 if any(report.broken for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
