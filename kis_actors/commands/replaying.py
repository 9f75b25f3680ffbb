"""What `kis-actors replay` shows without other settings: whether the day is the same again, or the first difference."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from kis_actors import long_logs, replay
from kis_actors.commands.progress import bar_over
from kis_actors.commands.reading import file_of, instant_of, json_of
from kis_actors.commands.stepping import change_line
from kis_actors.cores import CORES
from kis_actors.differences import differences
from kis_actors.printable import plain

PAYLOAD_CHARS_MAX = 600
CHANGES_SHOWN_MAX = 20
DECISIONS_SHOWN_MAX = 3


def show_replay(
    config: Path | None, data_dir: Path | None, day: date | None, *, is_json: bool, until: str | None
) -> int:  # fmt: skip
    """Replays the day; 0 if nothing differs, 1 if something does."""
    path, day = file_of(config, data_dir, day, needs_all=True)
    end = instant_of(until, day)
    with bar_over("replaying", path) as tell:
        result = long_logs.compared(CORES, path, end, tell)
    click.echo(json_of(_comparison(result, day)) if is_json else _comparison_text(result, day))
    return 0 if result.is_identical else 1


def _comparison(result: replay.Comparison, day: date) -> dict[str, Any]:
    return {
        "day": day, "identical": result.is_identical, "records": result.records, "decisions": result.decisions,
        "differing_turns": result.differing, "first_difference": _difference(result.first), "damage": result.damage,
    }  # fmt: skip


def _difference(first: replay.Turn | None) -> dict[str, Any] | None:
    if first is None:
        return None
    return {
        "seq": first.seq or None, "cause": first.cause, "stream": first.stream,
        "at": first.heard.at if first.heard else None,
        "expected": [_decision(one) for one in first.expected], "actual": [_decision(one) for one in first.actual],
    }  # fmt: skip


def _decision(encoded: replay.Encoded) -> dict[str, Any]:
    name, version, payload = encoded
    return {"type": name, "version": version, "data": msgspec.Raw(payload)}


def _comparison_text(result: replay.Comparison, day: date) -> str:
    counts = f"{result.records} records, {result.decisions} decisions"
    if result.is_identical:
        return f"{day}: identical ({counts})"
    differ = "1 turn differs" if result.differing == 1 else f"{result.differing} turns differ"
    lines = [f"{day}: {differ} ({counts} the same)"]
    if result.damage:
        lines.append(f"the file is damaged from {result.damage}")
    return "\n".join([*lines, *(_difference_lines(result.first, day) if result.first else ())])


def _difference_lines(first: replay.Turn, day: date) -> Iterable[str]:
    where = f"seq {first.seq}" if first.seq else "no such decision in the log"
    heard = first.heard
    on = f"{type(heard.event).__name__} of {heard.at:%H:%M:%S.%f}" if heard else "which the log does not have"
    yield f"first difference: {where}; {first.stream} on record {first.cause}, {on}"
    yield f"  expected {_decisions_text(first.expected, first.place)}"
    yield f"  actual   {_decisions_text(first.actual, first.place)}"
    yield from (f"  {line}" for line in _inner_lines(first))
    if heard:
        yield f"look closer: kis-actors replay {day} --step --from {heard.at:%H:%M:%S.%f}"


def _inner_lines(first: replay.Turn) -> Iterable[str]:
    """Where the first decision that differs does, if it is of the same type on both sides."""
    pairs = list(zip(first.expected, first.actual, strict=False))[first.place : first.place + 1]
    for (name, _, expected), (other, _, actual) in pairs:
        if name == other:
            changes = list(differences(msgspec.json.decode(expected), msgspec.json.decode(actual)))
            yield from map(change_line, changes[:CHANGES_SHOWN_MAX])


def _decisions_text(encoded: tuple[replay.Encoded, ...], same: int) -> str:
    """From the first that differs on; `same` come before it."""
    shown = encoded[same : same + DECISIONS_SHOWN_MAX]
    text = "; ".join(f"{name} {_cut(plain(payload.decode()))}" for name, _, payload in shown) or "nothing"
    more = len(encoded) - same - len(shown)
    return (f"(after {same} that are the same) " if same else "") + text + (f"; and {more} more" if more > 0 else "")


def _cut(text: str) -> str:
    if len(text) <= PAYLOAD_CHARS_MAX:
        return text
    return f"{text[:PAYLOAD_CHARS_MAX]}... ({len(text)} characters, all of them with --json)"
