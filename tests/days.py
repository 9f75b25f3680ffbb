"""A whole trading day of the five cores and a world that answers them, in memory, its order chosen by a seed."""

import sqlite3
from collections import deque
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from facts import DAY, HYNIX, SAMSUNG, acknowledged, at, bars_returned, frame, quotes_returned, started, tick, trade

from eventlog import integrity
from eventlog.day import path_of
from eventlog.schema import COLUMNS, Row
from eventlog.store import Reader, Writer
from kis_actors.actors.ws import UNSUBSCRIBE_S
from kis_actors.cores import CORES
from kis_actors.market.universe import Stock
from kis_actors.messages import (
    BaselineRequested,
    Event,
    LinkLost,
    LinkOpened,
    LinkReleased,
    LinkRequested,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
    RunEnded,
    RunStarted,
    ScanRequested,
    SubscribeRequested,
    UniverseLoaded,
    UnsubscribeRequested,
)
from kis_actors.recovery import CODEC
from kis_actors.turn import Core, hears, take_turn
from kis_actors.units import ns_of_instant

Unit = list[Record]
CODES = (SAMSUNG, HYNIX)
STOCKS = tuple(Stock(code, f"name of {code}", "KOSPI") for code in CODES)
UNIVERSE = UniverseLoaded(stocks=STOCKS, source="test")
CLOSE_WON, ABOVE, BELOW = 10_000, 9_300, 9_100


class Day:
    """A log in memory, as units that are never split, and the actors that hear it."""

    def __init__(self, seed: int, *, has_answers: bool = True) -> None:
        self.units: list[Unit] = []
        self.now = at("08:45:00")
        self._seq = 0
        self._has_answers = has_answers
        self._chance = Random(seed)
        self.states: dict[str, Any] = {core.name: core.state() for core in CORES}
        self._mail: dict[str, deque[Record]] = {core.name: deque() for core in CORES}
        self._answers: deque[tuple[str, Event, int]] = deque()

    @property
    def records(self) -> list[Record]:
        """The log, flat."""
        return [record for unit in self.units for record in unit]

    def observe(self, stream: str, *events: Event, cause: int = 0) -> None:
        """One unit becomes durable and is told."""
        unit = []
        for event in events:
            self._seq += 1
            unit.append(
                Record(seq=self._seq, stream=stream, cause=cause, at_ns=ns_of_instant(self.now), event=event)
            )
        self.units.append(unit)
        for record in unit:
            self._answers += answers_to(record) if self._has_answers else ()
            for core in CORES:
                if hears(core, record):
                    self._mail[core.name].append(record)

    def settle(self, steps: int = 10_000) -> None:
        """Lets actors and the world go on in random order, until nothing is left or `steps` are done."""
        for _ in range(steps):
            busy = [core for core in CORES if self._mail[core.name]]
            if self._answers and self._chance.random() < 1 / (1 + len(busy)):
                stream, event, cause = self._answers.popleft()
                self.observe(stream, event, cause=cause)
            elif busy:
                self._turn(self._chance.choice(busy))
            elif not self._answers:
                return

    def tick(self, time_of_day: str, steps: int = 10_000) -> None:
        """It is `time_of_day`; some of what follows from it happens."""
        self.now = at(time_of_day)
        self.observe("clock", tick(time_of_day))
        self.settle(steps)

    def forget_answers(self) -> None:
        """The world dies with the process: what was asked is never answered."""
        self._answers.clear()

    def _turn(self, core: Core) -> None:
        record = self._mail[core.name].popleft()
        self.states[core.name], decided = take_turn(core, self.states[core.name], record)
        if decided:
            self.observe(core.name, *decided, cause=record.seq)


def answers_to(record: Record) -> list[tuple[str, Event, int]]:
    """What the world says to a question; Telegram once does not know."""
    event, seq = record.event, record.seq
    match event:
        case BaselineRequested():
            return [("rest", bars_returned(event.code, 25, close_won=CLOSE_WON), seq)]
        case ScanRequested():
            prices = dict.fromkeys(event.codes, ABOVE)
            return [("rest", quotes_returned(prices, scan=event.scan, batch=event.batch), seq)]
        case LinkRequested():
            return [("socket", LinkOpened(link=event.link), seq)]
        case LinkReleased():
            return [("socket", LinkLost(link=event.link, reason="closed by us"), seq)]
        case SubscribeRequested():
            return [("socket", acknowledged("OPSP0000", event.code, link=event.link), 0)]
        case UnsubscribeRequested():
            return [("socket", acknowledged("OPSP0001", event.code, link=event.link), 0)]
        case NotifyRequested(channel="telegram", attempt=1):
            unknown = NotifyUnknown(alert_id=event.alert_id, channel="telegram", attempt=1, reason="no answer in time")
            return [("channel", unknown, seq)]
        case NotifyRequested():
            return [("channel", NotifySent(alert_id=event.alert_id, channel=event.channel, attempt=event.attempt), seq)]
    return []


def run_of_the_day(in_doubt: tuple[NotifyRequested, ...] = ()) -> RunStarted:
    """Two codes, 40 slots, Telegram as well as the log."""
    run = started(monitor={"max_ws_subs": 2}, notify={"telegram": {"enabled": True}})
    return RunStarted(settings=run.settings, calendar=run.calendar, version="test", in_doubt=in_doubt)


def played(seed: int, *, ends_cleanly: bool = True) -> Day:
    """A day with two crossings, a frame cut short, a lost link and a restart at noon."""
    day = Day(seed)
    day.observe("app", run_of_the_day())
    day.observe("app", UNIVERSE)
    for time_of_day in ("08:45:00", "08:45:01", "09:00:00", "09:00:01"):
        day.tick(time_of_day)
    for time_of_day, price_won in (("09:10:00", ABOVE), ("09:10:01", BELOW), ("09:10:02", ABOVE)):
        day.observe("socket", frame(trade(price_won), trade(price_won, HYNIX)))
        day.tick(time_of_day, steps=3)
    day.settle()
    day.observe("socket", frame(trade(STCK_PRPR="")))
    day.observe("socket", LinkLost(link=1, reason="closed by KIS"))
    day.tick("09:15:00")
    day.observe("socket", frame(trade(BELOW), trade(BELOW, HYNIX), link=2))
    day.settle()
    day.tick("12:00:00", steps=2)
    day.forget_answers()
    day.settle()
    day.observe("app", run_of_the_day())
    for time_of_day in ("12:01:00", "12:02:00", "15:31:00", f"15:31:{UNSUBSCRIBE_S}"):
        day.tick(time_of_day)
    if ends_cleanly:
        day.observe("app", RunEnded(reason="asked to stop"))
    return day


def morning_of(*names: str) -> Day:
    """A morning of stocks of these names, the first codes of CODES, that have both fallen far enough for an alert."""
    day = Day(seed=1)
    stocks = tuple(Stock(code, name, "KOSPI") for code, name in zip(CODES, names, strict=True))
    day.observe("app", run_of_the_day())
    day.observe("app", UniverseLoaded(stocks=stocks, source="test"))
    for clock in ("08:45:00", "08:45:01", "09:00:00", "09:00:01", "09:10:00"):
        day.tick(clock)
    day.observe("socket", frame(*(trade(9_100, code) for code in CODES)))
    day.settle()
    return day


def rows_of(records: Iterable[Record]) -> list[Row]:
    """Records as the log holds them."""
    return [
        Row(record.seq, record.stream, *CODEC.encode(record.event)[:2], record.cause, record.at_ns,
            CODEC.encode(record.event)[2])
        for record in records
    ]  # fmt: skip


def written(data_dir: Path, units: Iterable[Iterable[Record]], day: date = DAY) -> Path:
    """A day file of these units, a commit each."""
    path = path_of(data_dir, day)
    writer = Writer.create(path, day=day.isoformat(), last_seq=0, chain=integrity.START, durability="normal")
    for unit in units:
        writer.append(rows_of(unit))
    writer.close()
    return path


def logged(*said: tuple[str, int, Event], at_each: datetime = at("10:00:00")) -> list[Unit]:
    """Units of one record: who said it, the seq of its cause, and what."""
    return [
        [Record(seq=seq, stream=stream, cause=cause, at_ns=ns_of_instant(at_each), event=event)]
        for seq, (stream, cause, event) in enumerate(said, start=1)
    ]


def tampered(path: Path, seq: int, payload: bytes) -> None:
    """Puts another payload at `seq` and hashes the file anew, as somebody who knows the format would."""
    with Reader(path) as reader:
        rows = [row._replace(payload=payload) if row.seq == seq else row for row in reader.rows()]
    connection = sqlite3.connect(path)
    (chain,) = connection.execute("select chain from about").fetchone()
    connection.execute("delete from commits")
    tail = "substr(?, length((select head from kinds where id = kind)) + 1)"
    connection.execute(f"update records set tail = {tail} where seq = ?", (payload.decode(), seq))
    connection.execute("insert into commits values (?, ?)", (rows[-1].seq, integrity.extend(chain, rows)))
    connection.commit()
    connection.close()


def rows_in(path: Path) -> list[Row]:
    """What is in a day file, read by a connection of its own."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return [Row(*row) for row in connection.execute(f"select {COLUMNS} from events order by seq")]
    finally:
        connection.close()
