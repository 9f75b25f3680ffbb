"""Plays a simulated day through the five cores, without threads or edges, and writes what they heard and decided as the
journal would. A process of its own, which ends like `kill -9`: `python -m benchmarks.played_day DATA_DIR FRAMES FIRST`.
"""

import json
import os
import sys
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from environment import ROOT
from msgspec import Raw

from benchmarks.frames import CLOSE_S, CODES, DAY, FEED, busy_tape
from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.mark import Mark
from eventlog.schema import Row
from eventlog.snapshot import Part, Snapshot, write_snapshot
from eventlog.store import Writer
from kis_actors.adapters.kis_socket import STREAM
from kis_actors.cores import CORES
from kis_actors.day_files import BULK
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
from kis_actors.simulator.universe import read_universe
from kis_actors.turn import hears, take_turn
from kis_actors.units import KST, ns_of_instant

MORNING_S = 8 * 3600 + 45 * 60
TAIL_FRAMES = 2_000
"""Those after the snapshot; the daemon makes one every so many records."""
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
        waiting: deque[tuple[str, tuple[Event, ...], int]] = deque([(stream, (event,), cause)])
        while waiting:
            said_by, events, why = waiting.popleft()
            records = [self._record(said_by, one, why) for one in events]
            for record in records:
                waiting += [(_edge_of(answer), (answer,), record.seq) for answer in self._answers(record.event)]
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


def _edge_of(answer: Event) -> str:
    """Who says it in the daemon, as far as it matters: all that comes over the socket is said by one."""
    return STREAM if isinstance(answer, FrameReceived | LinkOpened) else "edge"


def _table(rows: Any) -> Rows:
    return Rows(tuple(rows[0]), tuple(tuple(row.values()) for row in rows))


def play(data_dir: Path, frames: int, first: int) -> tuple[int, int]:
    """The beginning of a day of about so many frames, of forty codes: up to the second of its frame number `first`.

    Answers how many frames and how many records there are.
    """
    day = begun(data_dir)
    followed = day.stocks[:: len(day.stocks) // CODES]
    tapes = [busy_tape(day.market, stock.code, frames // CODES) for stock in followed]
    count, is_noted = 0, False
    for day.second in range(MORNING_S, CLOSE_S):
        day.is_due = True
        day.observe("clock", ClockTicked(now=day.now))
        for tape in tapes:
            for trade in tape.between(day.second - 1, day.second):
                count += 1
                (text,) = trade_frames(FEED, tape.stock_day, DAY, [trade])
                day.observe(STREAM, FrameReceived(link=1, text=text))
        if count >= first:
            break
        if count >= first - TAIL_FRAMES and not is_noted:
            day.note()
            is_noted = True
    day.commit()
    return count, day.seq


def begun(data_dir: Path) -> Day:
    """A run that has just begun, with the default settings and so the default rules."""
    day = Day(data_dir)
    settings = msgspec.convert({"market": {"ask_holidays": False}}, Settings)
    day.observe("app", RunStarted(settings=settings, calendar=Calendar(), version="bench"))
    day.observe("app", UniverseLoaded(stocks=day.stocks, source="bench"))
    return day


def main(data_dir: str, frames: str, first: str) -> None:
    """Says how many frames and records there are, and ends without closing anything."""
    count, records = play(Path(data_dir), int(frames), int(first))
    print(json.dumps({"frames": count, "records": records}), flush=True)
    os._exit(0)  # nobody folds the write-ahead log away


if __name__ == "__main__":
    main(*sys.argv[1:])
