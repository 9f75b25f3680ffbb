"""What `kis-actors outcomes` shows: how prices went on after the alerts of some days, by rule or alert by alert."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import click

from eventlog.day import days_in
from kis_actors.commands.loading import load_settings
from kis_actors.commands.progress import bar_over
from kis_actors.commands.reading import file_of, json_of
from kis_actors.commands.tables import percent_or_dash, show_table
from kis_actors.messages import NAMES, AlertDecided
from kis_actors.outcomes import HEARD, HORIZONS, WITHIN_S, Later, Outcome, Summary, outcome_of, prices_in, summaries
from kis_actors.recovery import day_file, records_in, what_days

NUMBERS = ("alerts", "known", "median", "mean", "worst", "best", "rose", "price", *HORIZONS)


class Span(NamedTuple):
    """Which days: one, the last so many up to it, or all from one to another. None where nothing is said."""

    day: date | None
    days: int | None
    start: date | None
    end: date | None


def show_outcomes(
    config: Path | None, data_dir: Path | None, span: Span, *, is_json: bool, is_each: bool
) -> int:  # fmt: skip
    """Prints a line for each rule and horizon, or for each alert; 0. Raises ValueError for days that cannot be."""
    paths = paths_of(config, data_dir, span)
    found = [outcome for path in paths for outcome in outcomes_in(path)]
    if is_json:
        for line in map(_alert, found) if is_each else map(_summary, summaries(found)):
            click.echo(json_of(line))
        return 0
    if is_each and found:
        show_table(("time", "code", "name", "rule", "price", *HORIZONS), map(_cells, found), right=NUMBERS)
    if found:
        head = ("rule", "after", "alerts", "known", "median", "mean", "worst", "best", "rose")
        show_table(head, map(_summary_cells, summaries(found)), right=NUMBERS)
    days = paths[0].stem if len(paths) == 1 else f"{len(paths)} days, {paths[0].stem} to {paths[-1].stem}"
    click.echo(f"{days}: {len(found)} alerts; a later price counts if it was observed within {WITHIN_S} s")
    return 0


def paths_of(config: Path | None, data_dir: Path | None, span: Span) -> list[Path]:
    """The day files to read, oldest first. Raises ValueError for days that cannot be, or of which there is no log."""
    if (span.start or span.end) and (span.day or span.days):
        raise ValueError("expected DAY with or without --days, or --from and --to, found both; leave one out")
    if not (span.start or span.end or span.days):
        return [file_of(config, data_dir, span.day)[0]]
    directory = Path(load_settings(config, data_dir, ()).settings.log.data_dir)
    first, last = span.start or date.min, span.end or span.day or date.max
    days = [day for day in days_in(directory) if first <= day <= last][-(span.days or 0) :]
    if not days:
        raise ValueError(f"no log of the days asked for in {directory}; {what_days(directory)}")
    return [day_file(directory, day) for day in days]


def outcomes_in(path: Path) -> list[Outcome]:
    """The alerts of a day file, and what came after each. Raises ValueError for a file without records."""
    with bar_over(path.stem, path) as tell:
        decided = (record.event for record in records_in(path, types=_names(AlertDecided)))
        alerts = [event for event in decided if isinstance(event, AlertDecided)]
        records = _told(path, tell) if alerts else ()
        prices = prices_in(records, dict.fromkeys(alert.signal.code for alert in alerts))
    return [outcome_of(alert, prices) for alert in alerts]


def _told(path: Path, tell: Any) -> Iterator[Any]:
    for record in records_in(path, types=_names(*HEARD)):
        tell(record.seq)
        yield record


def _names(*kinds: Any) -> list[str]:
    return [NAMES[kind][0] for kind in kinds]


def _alert(outcome: Outcome) -> dict[str, Any]:
    signal = outcome.alert.signal
    return {
        "alert_id": outcome.alert.alert_id, "code": signal.code, "name": signal.name, "rule": signal.rule,
        "observed_at": signal.observed_at, "price": signal.price_won,
        "outcomes": [
            {
                "horizon": later.horizon, "at": later.at, "price": later.price_won, "return_ratio": later.return_ratio,
                "unknown": later.unknown or None,
            }
            for later in outcome.later
        ],
    }  # fmt: skip


def _summary(one: Summary) -> dict[str, Any]:
    return {
        "rule": one.rule, "horizon": one.horizon, "alerts": one.alerts, "known": one.known,
        "median_ratio": one.median, "mean_ratio": one.mean, "worst_ratio": one.worst, "best_ratio": one.best,
        "rose_ratio": one.rose,
    }  # fmt: skip


def _cells(outcome: Outcome) -> Sequence[Any]:
    signal = outcome.alert.signal
    at = f"{signal.observed_at:%m-%d %H:%M:%S}"
    return at, signal.code, signal.name, signal.rule, f"{signal.price_won:,}", *map(_later_cell, outcome.later)


def _later_cell(later: Later) -> str:
    return later.unknown or percent_or_dash(later.return_ratio)


def _summary_cells(one: Summary) -> Sequence[Any]:
    returns = map(percent_or_dash, (one.median, one.mean, one.worst, one.best))
    return one.rule, one.horizon, one.alerts, one.known, *returns, "-" if one.rose is None else f"{one.rose:.0%}"
