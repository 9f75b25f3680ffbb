"""What `kis-actors replay --set` shows: the alerts that other settings would have made appear, vanish or move, and why.

"Before" is what the log says was decided. Where today's code decides otherwise even with the day's own settings, that
is said, for then not every change comes from the settings.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import click

from kis_actors import long_logs
from kis_actors.alert_changes import alert_changes
from kis_actors.commands.combinations import combinations
from kis_actors.commands.progress import bar_over
from kis_actors.commands.reading import file_of, instant_of, json_of
from kis_actors.commands.tables import show_table
from kis_actors.cores import CORES
from kis_actors.kis.feeds import TRADE_FEEDS
from kis_actors.messages import (
    NAMES,
    AlertDecided,
    AlertSuppressed,
    Record,
    RunStarted,
    SettingsChanged,
    SignalRaised,
    SubscribeConfirmed,
    UniverseLoaded,
)
from kis_actors.reasons import price_of, silenced_in, why_gone, why_moved, why_new
from kis_actors.recovery import records_in
from kis_actors.settings import Settings
from kis_actors.settings_file import with_overrides
from kis_actors.what_if import what_if

FOLLOWED = ("monitor.signal.", "monitor.rules.", "monitor.groups.", "monitor.alert_cooldown_sec", "notify.")
"""Settings that only say what is made of the inputs; any other also says what KIS is asked, and that is past."""
READ = (AlertDecided, AlertSuppressed, SignalRaised, RunStarted, SettingsChanged, UniverseLoaded, SubscribeConfirmed)


class Row(NamedTuple):
    """One change. word: appears, vanishes or moves."""

    word: str
    before: AlertDecided | None
    after: AlertDecided | None
    reason: str


def show_what_if(
    config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool,
    overrides: Sequence[str], until: str | None,
) -> int:  # fmt: skip
    """The alerts under other settings, or under every combination of several; 0 if none differ, 1 if some do.

    Raises SettingsError for settings that cannot be.
    """
    path, day = file_of(config, data_dir, day, needs_all=True)
    end = instant_of(until, day)
    records = [one for one in records_in(path, types=_names(READ)) if end is None or one.at <= end]
    settings, each = _settings_of(records, path), combinations(overrides)
    for known, one in product(settings, each):
        with_overrides(known, one)
    before = tuple(record.event for record in records if isinstance(record.event, AlertDecided))
    _warn_if_not_identical(path, end)
    if len(each) > 1:
        from kis_actors.commands.grid import show_grid  # only here are there other processes

        is_same = show_grid(path, before, each, end, is_json=is_json)
    else:
        is_same = _show_changes(path, records, before, overrides, end, is_json)
    for line in _limits(records, settings[-1], overrides):
        click.echo(line, err=is_json)
    return 0 if is_same else 1


def _show_changes(
    path: Path, records: list[Record], before: tuple[AlertDecided, ...], overrides: Sequence[str],
    until: datetime | None, is_json: bool,
) -> bool:  # fmt: skip
    """Whether the alerts are the same."""
    with bar_over("what if", path) as tell:
        asked = [price_of(alert.signal) for alert in before]
        outcome = what_if(CORES, path, lambda settings: with_overrides(settings, overrides), until, tell, asked)
    changes, silenced = alert_changes(before, outcome.alerts), silenced_in(records)
    rows = [
        *(Row("appears", None, alert, why_new(alert, silenced)) for alert in changes.appeared),
        *(Row("vanishes", alert, None, why_gone(alert, outcome)) for alert in changes.vanished),
        *(Row("moves", moved.before, moved.after, why_moved(moved, outcome)) for moved in changes.moved),
    ]
    if is_json:
        for row in rows:
            click.echo(json_of({"change": row.word, "before": row.before, "after": row.after, "reason": row.reason}))
        return not rows
    if rows:
        show_table(("", "time", "code", "name", "rule", "by", "why"), map(_cells, rows))
    counts = f"{changes.same} unchanged, {len(changes.appeared)} appear, {len(changes.vanished)} vanish"
    after = f"{len(outcome.alerts)} with {', '.join(overrides)}"
    click.echo(f"{len(before)} alerts then, {after}: {counts}, {len(changes.moved)} move")
    return not rows


def _cells(row: Row) -> tuple[Any, ...]:
    """Of an alert that moves, the time it had; the reason says the time it gets."""
    alerts = [alert for alert in (row.before, row.after) if alert]
    at, signal = alerts[0].signal.observed_at, alerts[-1].signal
    return row.word, f"{at:%H:%M:%S}", signal.code, signal.name, signal.rule, signal.source, row.reason


def _settings_of(records: list[Record], path: Path) -> list[Settings]:
    """All that the day had, in order."""
    told = [record.event for record in records if isinstance(record.event, RunStarted | SettingsChanged)]
    settings = [event.settings for event in told]
    if not settings:
        raise ValueError(f"{path} has no RunStarted up to there, and so no settings; name another day or time")
    return settings


def _warn_if_not_identical(path: Path, until: datetime | None) -> None:
    with bar_over("as it was", path) as tell:
        comparison = long_logs.compared(CORES, path, until, tell)
    if not comparison.is_identical:
        what = f"first on record {comparison.first.cause}" if comparison.first else comparison.damage
        click.echo(
            f"warning: even without --set the day does not come out as it was ({comparison.differing} differing turns, "
            f"{what}); changes of alerts may come from that; `kis-actors replay` shows it", err=True,
        )  # fmt: skip


def _limits(records: list[Record], settings: Settings, overrides: Sequence[str]) -> Iterator[str]:
    """What such a run cannot know."""
    codes = {stock.code for one in records if isinstance(one.event, UniverseLoaded) for stock in one.event.stocks}
    confirmed = [one.event for one in records if isinstance(one.event, SubscribeConfirmed)]
    live = {event.code for event in confirmed if event.feed in TRADE_FEEDS.values()}
    yield (
        f"limits: {len(live)} of {len(codes)} codes were subscribed at some time of the day; the others, and those "
        f"while they were not, have only a scan's price every {settings.monitor.scan_interval_sec:g} s, so an alert "
        "on them may come late or not at all"
    )
    for key in dict.fromkeys(override.partition("=")[0] for override in overrides):
        if not key.startswith(FOLLOWED):
            yield f"limits: {key} also decides what KIS is asked; what it was asked on the day, and said, stays"


def _names(kinds: Sequence[Any]) -> list[str]:
    return [NAMES[kind][0] for kind in kinds]
