"""Frames of trades as KIS sends them, out of the simulator: the same for everybody who is measured."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from environment import ROOT

from kis_actors.simulator.frames import trade_frames
from kis_actors.simulator.market import Market
from kis_actors.simulator.scenario import Scenario
from kis_actors.simulator.universe import read_universe

CLOSE_S = 15 * 3600 + 20 * 60
FEED = "H0STCNT0"
DAY = date(2026, 11, 20)
COLUMNS = 46
"""What every peer can read; the 47th came on 2026-09-14, and python-kis refuses a frame that has it."""


def trades(count: int, *, records: int = 1) -> list[str]:
    """So many frames, of so many records each, of one code after the other."""
    return list(islice(_all_frames(records), count))


def _all_frames(records: int) -> Iterator[str]:
    stocks = read_universe(ROOT / "config" / "universe.csv")
    market = Market(stocks=stocks, seed=1, day=DAY, scenario=Scenario())
    for stock in stocks:
        tape = market.tape(stock.code)
        frames = trade_frames(FEED, tape.stock_day, DAY, tape.between(0, CLOSE_S), records)
        whole = (frame for frame in frames if frame.startswith(f"0|{FEED}|{records:03d}|"))
        yield from map(_without_the_newest_column, whole)


def _without_the_newest_column(frame: str) -> str:
    head, _, fields = frame.rpartition("|")
    each = fields.split("^")
    width = COLUMNS + 1
    records = (each[start : start + COLUMNS] for start in range(0, len(each), width))
    return f"{head}|{'^'.join(field for record in records for field in record)}"


def written(folder: Path, frames: list[str]) -> Path:
    """The frames in a file, a line each, for those who are measured in another process."""
    path = folder / f"{len(frames)}-{frames[0].split('|')[2]}.frames"
    path.write_text("\n".join(frames), "utf-8")
    return path
