"""Plays a simulated day through the cores, writes it as the journal would, and times the start from it."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.mark import Mark
from eventlog.schema import Row
from eventlog.snapshot import Part, Snapshot, snapshot_path_of, write_snapshot
from eventlog.store import Writer
from kis_actors.cores import CORES
from kis_actors.day_files import BULK, open_day
from kis_actors.fingerprint import code_fingerprint
from kis_actors.market.sessions import Calendar
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineRequested,
    ClockTicked,
    DailyBarsReturned,
    Event,
    FrameReceived,
    LinkOpened,
    LinkRequested,
    NotifyRequested,
    NotifySent,
    Record,
    Rows,
    RunStarted,
    ScanRequested,
    ScanReturned,
    SubscribeRequested,
    UniverseLoaded,
    UnsubscribeRequested,
)
from kis_actors.recovery import CODEC
from kis_actors.settings import Settings
from kis_actors.simulator.answers import daily_chart, several_rows
from kis_actors.simulator.frames import trade_frames
from kis_actors.simulator.market import Market
from kis_actors.simulator.scenario import Scenario
from kis_actors.simulator.tape import Tape
from kis_actors.simulator.universe import read_universe
from kis_actors.turn import hears, take_turn
from kis_actors.units import KST, ns_of_instant

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 11, 20)
MORNING_S, OPEN_S, CLOSE_S = 8 * 3600 + 45 * 60, 9 * 3600, 15 * 3600 + 20 * 60
BUSY_CODES = 40
SNAPSHOT_BEFORE_S = 60
COMMIT_ROWS = 4
"""About what gathers between two commits at 50 frames a second."""


class Day:
    """The log of a day, written as it comes, and the actors that hear it at once."""

    def __init__(self, data_dir: Path) -> None:
        market_stocks = read_universe(ROOT / "config" / "universe.csv")
        self.market = Market(stocks=market_stocks, seed=1, day=DAY, scenario=Scenario())
        self.stocks = tuple(Stock(one.code, one.name, one.market) for one in market_stocks)
        self.path = path_of(data_dir, DAY)
        self.writer = Writer.create(self.path, day=str(DAY), last_seq=0, chain=START, bulk=BULK, durability="normal")
        self.states: dict[str, Any] = {core.name: core.state() for core in CORES}
        self.rows: list[Row] = []
        self.seq, self.second, self.is_due = 0, MORNING_S, False

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """`event`, and all that follows from it, decided and answered."""
        waiting = deque([(stream, (event,), cause)])
        while waiting:
            said_by, events, why = waiting.popleft()
            records = [self._record(said_by, one, why) for one in events]
            for record in records:
                waiting += [("edge", (answer,), record.seq) for answer in self._answers(record.event)]
                for core in CORES:
                    if hears(core, record):
                        self.states[core.name], decided = take_turn(core, self.states[core.name], record)
                        waiting += [(core.name, decided, record.seq)] if decided else []

    def _record(self, stream: str, event: Event, cause: int) -> Record:
        self.seq += 1
        record = Record(seq=self.seq, stream=stream, cause=cause, at_ns=ns_of_instant(self.now), event=event)
        name, version, payload = CODEC.encode(event)
        self.rows.append(Row(record.seq, stream, name, version, cause, record.at_ns, payload))
        if len(self.rows) >= COMMIT_ROWS:
            self.commit()
        return record

    def commit(self) -> None:
        """What has gathered."""
        if self.rows:
            self.writer.append(self.rows, is_lasting=self.is_due)
            self.rows, self.is_due = [], False

    def note(self) -> None:
        """A snapshot, as the daemon makes one now and then."""
        self.commit()
        parts = {name: Part(self.seq, Raw(msgspec.json.encode(state))) for name, state in self.states.items()}
        commit = Mark(self.writer.last_seq, self.writer.chain)
        write_snapshot(self.path, Snapshot(code_fingerprint(), commit, parts))

    def busy_tape(self, code: str, trades: int) -> Tape:
        """The trades of one code, of which there are so many."""
        stock_day = self.market.stock_days[code]
        busy = replace(stock_day, character=replace(stock_day.character, trades=trades))
        self.market.stock_days[code] = busy
        return self.market.tape(code)

    @property
    def now(self) -> datetime:
        """KST."""
        return datetime.combine(DAY, datetime.min.time(), KST) + timedelta(seconds=self.second)

    def _answers(self, event: Event) -> Iterator[Event]:
        match event:
            case BaselineRequested():
                first, yesterday = DAY - timedelta(days=60), DAY - timedelta(days=1)
                quote = self.market.quote(event.code, self.second)
                yield DailyBarsReturned(
                    code=event.code, rows=_table(daily_chart(quote, DAY, first, yesterday, is_adjusted=True)["output2"])
                )
            case ScanRequested():
                quotes = several_rows([self.market.quote(code, self.second) for code in event.codes])
                yield ScanReturned(scan=event.scan, batch=event.batch, rows=_table(quotes["output"]))
            case LinkRequested():
                yield LinkOpened(link=event.link)
            case SubscribeRequested() | UnsubscribeRequested():
                msg_cd = "OPSP0000" if isinstance(event, SubscribeRequested) else "OPSP0001"
                header = {"tr_id": event.feed, "tr_key": event.code, "encrypt": "N"}
                ack = {"header": header, "body": {"rt_cd": "0", "msg_cd": msg_cd, "msg1": "said"}}
                yield FrameReceived(link=event.link, text=msgspec.json.encode(ack).decode())
            case NotifyRequested():
                yield NotifySent(alert_id=event.alert_id, channel=event.channel, attempt=event.attempt)


def _table(rows: Any) -> Rows:
    return Rows(tuple(rows[0]), tuple(tuple(row.values()) for row in rows))


def play(data_dir: Path, frames: int) -> None:
    """A day of about so many frames, of forty codes."""
    day = Day(data_dir)
    settings = msgspec.convert({"market": {"ask_holidays": False}}, Settings)
    day.observe("app", RunStarted(settings=settings, calendar=Calendar(), version="bench"))
    day.observe("app", UniverseLoaded(stocks=day.stocks, source="bench"))
    tapes = [day.busy_tape(stock.code, frames // BUSY_CODES) for stock in day.stocks[:: len(day.stocks) // BUSY_CODES]]
    count = 0
    for day.second in range(MORNING_S, CLOSE_S):
        day.is_due = True
        day.observe("clock", ClockTicked(now=day.now))
        for tape in tapes:
            for trade in tape.between(day.second - 1, day.second):
                count += 1
                (text,) = trade_frames("H0STCNT0", tape.stock_day, DAY, [trade])
                day.observe("socket", FrameReceived(link=1, text=text))
        if day.second == CLOSE_S - SNAPSHOT_BEFORE_S:
            day.note()
    day.commit()
    print(f"{count:,} frames, {day.seq:,} records, {path_of(data_dir, DAY).stat().st_size / 1e6:,.0f} MB", flush=True)


def start(data_dir: Path) -> None:
    """As the daemon does after a death, in a process of its own."""
    began, began_cpu = time.perf_counter(), time.process_time()
    opening = open_day(data_dir, DAY, CORES, "full")
    cpu_s = time.process_time() - began_cpu
    took = f"{time.perf_counter() - began:.2f} s ({cpu_s:.2f} s of CPU)"
    print(f"  state after {took}, memory {_peak_mb():,.0f} MB, {opening.found.split(';')[1]}")


def measure(data_dir: Path) -> None:
    """Starts with the snapshot there is, and without."""
    snapshot = snapshot_path_of(path_of(data_dir, DAY))
    for what, away in (("with a snapshot", False), ("without", True)):
        if away:
            snapshot.rename(snapshot.with_suffix(".away"))
        print(f"{what}, after kill -9:", flush=True)
        began = time.perf_counter()
        subprocess.check_call([sys.executable, __file__, "--start", "--data-dir", str(data_dir)])
        print(f"  process began and ended in {time.perf_counter() - began:.2f} s", flush=True)
    snapshot.with_suffix(".away").rename(snapshot)


def main() -> None:
    """Plays if the directory is empty, then starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000, help="of the day; default: a million")
    parser.add_argument("--data-dir", type=Path, help="where the day is played to, or was before")
    parser.add_argument("--start", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--play", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    data_dir = options.data_dir or Path(tempfile.mkdtemp(prefix="kis-actors-bench-"))
    if options.start:
        start(data_dir)
    elif options.play:
        play(data_dir, options.frames)
        os._exit(0)  # like kill -9: nobody folds the write-ahead log away
    else:
        if not path_of(data_dir, DAY).exists():
            words = ["--play", "--frames", str(options.frames), "--data-dir", str(data_dir)]
            subprocess.check_call([sys.executable, __file__, *words])
        measure(data_dir)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
