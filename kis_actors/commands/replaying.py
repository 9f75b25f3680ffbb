"""What `kis-actors replay` shows: the first difference, or what other settings would have done to the alerts."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from eventlog.reading import open_reader
from kis_actors import replay
from kis_actors.app import CORES
from kis_actors.commands.reading import file_of, instant_of, json_of, plain
from kis_actors.messages import NAMES, AlertDecided
from kis_actors.recovery import records_in
from kis_actors.settings_file import with_overrides
from kis_actors.units import percent


def show_replay(
    config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool,
    overrides: tuple[str, ...], until: str | None,
) -> int:  # fmt: skip
    """Replays the day; 0 if nothing differs, 1 if something does."""
    path, day = file_of(config, data_dir, day, needs_all=True)
    end = instant_of(until, day)
    if overrides:
        return _show_what_if(path, overrides, end, is_json)
    result = _with_progress(path, lambda progress: replay.compare(CORES, path, end, progress))
    click.echo(json_of(_comparison(result, day)) if is_json else _comparison_text(result, day))
    return 0 if result.is_identical else 1


def _comparison(result: replay.Comparison, day: date) -> dict[str, Any]:
    return {
        "day": day, "identical": result.is_identical, "records": result.records, "decisions": result.decisions,
        "differing_turns": result.differing, "first_difference": _difference(result.first), "damage": result.damage,
    }  # fmt: skip


def _difference(first: replay.Difference | None) -> dict[str, Any] | None:
    if first is None:
        return None
    return {
        "seq": first.seq or None, "cause": first.cause, "stream": first.stream,
        "expected": [_decision(one) for one in first.expected], "actual": [_decision(one) for one in first.actual],
    }  # fmt: skip


def _decision(encoded: replay.Encoded) -> dict[str, Any]:
    name, version, payload = encoded
    return {"type": name, "version": version, "data": msgspec.Raw(payload)}


def _comparison_text(result: replay.Comparison, day: date) -> str:
    counts = f"{result.records} records, {result.decisions} decisions"
    if result.is_identical:
        return f"{day}: identical ({counts})"
    lines = [f"{day}: {result.differing} turns differ ({counts} the same)"]
    if result.damage:
        lines.append(f"the file is damaged from {result.damage}")
    return "\n".join([*lines, *(_difference_lines(result.first) if result.first else ())])


def _difference_lines(first: replay.Difference) -> tuple[str, ...]:
    where = f"seq {first.seq}" if first.seq else "no such decision in the log"
    return (
        f"first difference: {where}; {first.stream} on record {first.cause}",
        f"  expected {_decisions_text(first.expected)}",
        f"  actual   {_decisions_text(first.actual)}",
    )


def _decisions_text(encoded: Iterable[replay.Encoded]) -> str:
    return plain("; ".join(f"{name} {payload.decode()}" for name, _, payload in encoded)) or "nothing"


def _show_what_if(path: Path, overrides: tuple[str, ...], until: datetime | None, is_json: bool) -> int:
    records = records_in(path, types=[NAMES[AlertDecided][0]])
    before = [r.event for r in records if isinstance(r.event, AlertDecided) and (until is None or r.at <= until)]
    after = _with_progress(
        path,
        lambda progress: replay.what_if(
            CORES, path, lambda settings: with_overrides(settings, overrides), until, progress
        ),
    )
    changes = replay.alert_changes(before, after)
    differs = bool(changes.appeared or changes.vanished or changes.moved)
    rows: list[tuple[str, AlertDecided | None, AlertDecided | None]] = [
        *(("appears", None, alert) for alert in changes.appeared),
        *(("vanishes", alert, None) for alert in changes.vanished),
        *(("moves", moved.before, moved.after) for moved in changes.moved),
    ]
    for word, old, new in rows:
        click.echo(json_of({"change": word, "before": old, "after": new}) if is_json else _change_line(word, old, new))
    if not is_json:
        click.echo(f"{len(before)} alerts then, {len(after)} with {', '.join(overrides)}; {changes.same} unchanged")
    return 1 if differs else 0


def _change_line(word: str, old: AlertDecided | None, new: AlertDecided | None) -> str:
    times = " -> ".join(f"{alert.signal.observed_at:%H:%M:%S}" for alert in (old, new) if alert)
    signal = (new or old).signal  # type: ignore[union-attr]
    return plain(f"{word:<8} {times} {signal.code} {signal.name} {signal.rule} {percent(signal.value)}")


def _with_progress(path: Path, work: Callable[[Callable[[int], None]], Any]) -> Any:
    """Runs `work` under a progress bar, on a terminal only."""
    with open_reader(path) as reader:
        last_seq = reader.last_commit()[0]
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("replaying", total=last_seq)
        return work(lambda seq: bar.update(task, completed=seq))
