"""The figures as a table for people and as JSON for programs."""

import json
import os
import platform
import sqlite3
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from benchmarks.figures import Figure

HEADS = ("figure", "ours", "peer or limit", "ratio", "[spread]", "aim", "")


def table(figures: Sequence[Figure]) -> str:
    """A line a figure; a ratio is the median of those of the rounds, with the least and the greatest behind it."""
    rows = [HEADS, *map(_row, figures)]
    whole = [row for row in rows if len(row) == len(HEADS)]  # why somebody is absent goes on to the end of its line
    widths = [max(_columns(row[place]) for row in whole) for place in range(len(HEADS))]
    return "\n".join(_line(row, widths) for row in rows)


def as_json(figures: Sequence[Figure], command: str, about: dict[str, Any]) -> str:
    """Everything there is, each round too. about: the machine it is of."""
    found = {"command": command, "machine": about, "figures": [_figure_as_json(one) for one in figures]}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def machine() -> dict[str, Any]:
    """What the figures are of. load: how many others wanted to run in the last minute."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "processor": _processor(), "cores": os.cpu_count(),
        "system": platform.platform(), "python": sys.version.split()[0], "sqlite": sqlite3.sqlite_version,
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }  # fmt: skip


def words_on(about: dict[str, Any]) -> str:
    """The machine in a line."""
    versions = f"Python {about['python']}, SQLite {about['sqlite']}"
    return f"{about['processor']}, {about['cores']} cores, {versions}, load {about['load']} before"


def shown(value: float) -> str:
    """With as many digits as matter: 0.53, 7.8, 123, 45,678."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _row(figure: Figure) -> tuple[str, ...]:
    ours = f"{shown(median(figure.ours))} {figure.unit}" if figure.ours else "-"
    if figure.absent:
        return figure.name, ours, f"{figure.against}: skipped, {figure.absent}"
    theirs = f"{figure.against} {shown(median(figure.theirs))}" if figure.theirs else ""
    ratio = shown(median(figure.judged)) if figure.against else ""
    spread = f"[{shown(min(figure.judged))}..{shown(max(figure.judged))}]" if len(figure.judged) > 1 else ""
    aim = str(figure.aim) if figure.against else f"{figure.aim} {figure.unit}"
    return figure.name, ours, theirs, ratio, spread, aim, figure.verdict


def _line(row: Iterable[str], widths: Sequence[int]) -> str:
    cells = (cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=False))
    return "  ".join(cells).rstrip()


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _figure_as_json(figure: Figure) -> dict[str, Any]:
    judged = figure.judged
    return {
        **figure._asdict(), "aim": str(figure.aim), "floor": str(figure.floor) if figure.floor else None,
        "median": median(judged) if judged else None, "judged": judged, "verdict": figure.verdict,
    }  # fmt: skip


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "")
    except OSError:
        return platform.processor()
