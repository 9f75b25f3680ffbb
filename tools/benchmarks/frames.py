"""Frames of trades as KIS sends them, out of the simulator: the same for everybody who is measured."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

from environment import ROOT
from msgspec.structs import replace

from kis_actors.simulator.frames import trade_frames
from kis_actors.simulator.market import Market
from kis_actors.simulator.scenario import Scenario
from kis_actors.simulator.tape import Tape, Trade
from kis_actors.simulator.universe import read_universe

OPEN_S, CLOSE_S = 9 * 3600, 15 * 3600 + 20 * 60
CODES, TRADES = 40, 25_000
"""Of a million a day, each code has so many trades."""
FEED = "H0STCNT0"
DAY = date(2026, 11, 20)
COLUMNS = 46
"""What every peer can read; the 47th came on 2026-09-14, and python-kis refuses a frame that has it."""


def trades(count: int, *, records: int = 1) -> list[str]:
    """The first frames of a busy day of forty codes, of so many records each."""
    return list(islice(_all_frames(records), count))


def busy_tape(market: Market, code: str, trades: int) -> Tape:
    """The day of a code that has so many trades."""
    stock_day = market.stock_days[code]
    market.stock_days[code] = replace(stock_day, character=replace(stock_day.character, trades=trades))
    return market.tape(code)


def _all_frames(records: int) -> Iterator[str]:
    """In order of time; a code's trades wait until there are enough for a frame."""
    stocks = read_universe(ROOT / "config" / "universe.csv")
    market = Market(stocks=stocks, seed=1, day=DAY, scenario=Scenario())
    tapes = [busy_tape(market, stock.code, TRADES) for stock in stocks[:: len(stocks) // CODES]]
    waiting: dict[str, list[Trade]] = {tape.stock_day.code: [] for tape in tapes}
    for second in range(OPEN_S, CLOSE_S):
        for tape in tapes:
            trades = waiting[tape.stock_day.code]
            trades += tape.between(second - 1, second)
            while len(trades) >= records:
                (frame,) = trade_frames(FEED, tape.stock_day, DAY, trades[:records])
                del trades[:records]
                yield _without_the_newest_column(frame)


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
