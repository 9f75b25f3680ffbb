"""`kis-actors replay --set KEY=A,B,C`: every combination of several values, side by side, with what came after alerts.

The combinations are shared among as many processes as there are cores; each reads the day once for all of its own.
"""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kis_actors.alert_changes import alert_changes
from kis_actors.commands.combinations import Combination
from kis_actors.commands.progress import bar, bar_over, seqs_of
from kis_actors.commands.reading import json_of
from kis_actors.commands.tables import percent_or_dash, show_table
from kis_actors.cores import CORES
from kis_actors.messages import NAMES, AlertDecided
from kis_actors.outcomes import HEARD, Prices, Summary, outcome_of, prices_in, summed
from kis_actors.recovery import records_in
from kis_actors.settings_file import with_overrides
from kis_actors.what_if import alerts_of_each

POLL_S = 0.2
NUMBERS = ("alerts", "known", "mean", "median", "worst", "rose")

Alerts = tuple[AlertDecided, ...]
_reached: Any = None
"""In a worker: where it says how far it is, one place for each worker."""


def show_grid(
    path: Path, recorded: Alerts, each: tuple[Combination, ...], until: datetime | None, *, is_json: bool
) -> bool:  # fmt: skip
    """A line for the day as it was and for each combination; whether all of them have the alerts of the day."""
    found = _alerts_of_all(path, each, until)
    prices = _prices(path, (recorded, *found))
    rows = [((), recorded), *zip(each, found, strict=True)]
    if is_json:
        for combination, alerts in rows:
            click.echo(json_of(_as_json(combination, alerts, recorded, prices)))
    else:
        _show(rows, prices)
    return all(_is_same(recorded, alerts) for alerts in found)


def _alerts_of_all(path: Path, each: tuple[Combination, ...], until: datetime | None) -> list[Alerts]:
    """In the order of `each`."""
    first, last = seqs_of(path)
    workers = min(_cores(), len(each))
    context = multiprocessing.get_context("spawn")  # a fork would copy the thread that draws the bar
    reached = context.Array("q", [first - 1] * workers)
    with (
        ProcessPoolExecutor(workers, context, _begin, (reached,)) as pool,
        bar(f"{len(each)} combinations", (last - first + 1) * workers) as tell,
    ):
        shares = [pool.submit(_share, path, each[place::workers], until, place) for place in range(workers)]
        while wait(shares, POLL_S).not_done and not any(map(_has_failed, shares)):
            tell(sum(reached[:]) - (first - 1) * workers)
        found = [share.result() for share in shares]
    return [found[place % workers][place // workers] for place in range(len(each))]


def _has_failed(share: "Future[Any]") -> bool:
    return share.done() and share.exception() is not None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(reached: Any) -> None:
    """In a worker, at its start. Ctrl-C reaches it too, and it has nothing to say about that."""
    global _reached
    _reached = reached
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _share(path: Path, each: tuple[Combination, ...], until: datetime | None, place: int) -> list[Alerts]:
    """In a worker: its part of the combinations."""
    changes = [lambda settings, one=one: with_overrides(settings, one) for one in each]

    def tell(seq: int) -> None:
        _reached[place] = seq

    return alerts_of_each(CORES, path, changes, until, tell)


def _prices(path: Path, several: Sequence[Alerts]) -> Prices:
    """Of every code that any of them alerts."""
    codes = dict.fromkeys(alert.signal.code for alerts in several for alert in alerts)
    with bar_over("prices after alerts", path) as tell:
        return prices_in(_told(path, tell), codes)


def _told(path: Path, tell: Any) -> Iterator[Any]:
    for record in records_in(path, types=[NAMES[kind][0] for kind in HEARD]):
        tell(record.seq)
        yield record


def _summed(alerts: Alerts, prices: Prices) -> tuple[Summary, ...]:
    return summed("", [outcome_of(alert, prices) for alert in alerts])


def _is_same(recorded: Alerts, alerts: Alerts) -> bool:
    return alert_changes(recorded, alerts).same == len(recorded) == len(alerts)


def _as_json(combination: Combination, alerts: Alerts, recorded: Alerts, prices: Prices) -> dict[str, Any]:
    changes = alert_changes(recorded, alerts)
    return {
        "settings": dict(override.split("=", 1) for override in combination), "alerts": len(alerts),
        "same": changes.same, "appear": len(changes.appeared), "vanish": len(changes.vanished),
        "move": len(changes.moved),
        "outcomes": [
            {
                "horizon": one.horizon, "known": one.known, "mean_ratio": one.mean, "median_ratio": one.median,
                "worst_ratio": one.worst, "best_ratio": one.best, "rose_ratio": one.rose,
            }
            for one in _summed(alerts, prices)
        ],
    }  # fmt: skip


def _show(rows: Sequence[tuple[Combination, Alerts]], prices: Prices) -> None:
    """Three lines a combination: after some minutes, after more, and at the close."""
    keys = [override.partition("=")[0] for override in rows[-1][0]]
    lines = []
    for combination, alerts in rows:
        values = [override.partition("=")[2] for override in combination] or ["as recorded", *[""] * (len(keys) - 1)]
        for place, one in enumerate(_summed(alerts, prices)):
            head = [*values, len(alerts)] if place == 0 else [""] * (len(keys) + 1)
            lines.append([*head, one.horizon, one.known, *map(percent_or_dash, (one.mean, one.median, one.worst)),
                          "-" if one.rose is None else f"{one.rose:.0%}"])  # fmt: skip
    names = [key.rpartition(".")[2] for key in keys]
    show_table((*names, "alerts", "after", "known", "mean", "median", "worst", "rose"), lines, right=NUMBERS)
