"""What the daemon does with a trade, done by bare threads with queues between them: the limit of Python's threads.

The product's socket, codec, log and cores, without journal, actors, mailboxes and whatever else the daemon looks after.
A process of its own. `python -m benchmarks.raw_threads PORT DAY_FILE NEW_FILE` begins with the states that DAY_FILE
leads to; each line it hears is answered with the instant of the next alert, ns since 1970.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from benchmarks.frames import DAY
from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Writer
from kis_actors.actors import notify, signal
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.kis_socket import KisSocket
from kis_actors.cores import CORES
from kis_actors.credentials import Credentials, redactor
from kis_actors.messages import Event, FrameReceived, LinkRequested, NotifyRequested, Record, SignalRaised
from kis_actors.recovery import CODEC, rebuilt_from
from kis_actors.settings import Kis
from kis_actors.turn import Core, take_turn

COMMIT_MAX = 1000
"""Units, as many as the journal takes at once."""

Unit = tuple[str, tuple[Event, ...], int, int]
"""Stream, events, cause and instant."""


class Threads:
    """Four of them: one reads, one writes, one judges, one tells."""

    def __init__(self, path: Path, states: dict[str, Any]) -> None:
        self._path = path
        self._taken: SimpleQueue[Unit] = SimpleQueue()
        self._to_judge: SimpleQueue[list[Record]] = SimpleQueue()
        self._to_tell: SimpleQueue[list[Record]] = SimpleQueue()
        self.told: SimpleQueue[int] = SimpleQueue()
        self._read = self._handled = 0
        judge, tell = self._actor(signal.CORE, states["signal"]), self._actor(notify.CORE, states["notify"])
        for work in (self._write, _each(self._to_judge, judge), _each(self._to_tell, tell)):
            threading.Thread(target=work, daemon=True).start()

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """What the socket saw."""
        self.decided(stream, (event,), cause)

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        """What it saw at once, or a core decided."""
        self._read += len(events) if stream == "socket" else 0
        self._taken.put((stream, events, cause, time.time_ns()))

    def backlog(self) -> int:
        """Frames that were read and not judged."""
        return self._read - self._handled

    def _actor(self, core: Core, state: Any) -> Callable[[list[Record]], None]:
        def handle(records: list[Record]) -> None:
            nonlocal state
            for record in records:
                if isinstance(record.event, NotifyRequested):
                    self.told.put(time.time_ns())
                    continue
                state, decided = take_turn(core, state, record)
                if decided:
                    self.decided(core.name, decided, record.seq)
            self._handled += len(records) if core is signal.CORE else 0

        return handle

    def _write(self) -> None:
        writer = Writer.create(self._path, day=f"{DAY}", last_seq=0, chain=START, bulk=("FrameReceived",))
        while True:
            records = list(self._records(writer.last_seq))
            is_asked = any(isinstance(record.event, NotifyRequested) for record in records)
            writer.append([_row(record) for record in records], is_lasting=is_asked)
            if frames := [record for record in records if isinstance(record.event, FrameReceived)]:
                self._to_judge.put(frames)
            if rest := [record for record in records if isinstance(record.event, SignalRaised | NotifyRequested)]:
                self._to_tell.put(rest)

    def _records(self, seq: int) -> Iterator[Record]:
        for stream, events, cause, at_ns in self._gathered():
            for event in events:
                seq += 1
                yield Record(seq, stream, cause, at_ns, event)

    def _gathered(self) -> Iterator[Unit]:
        unit, count = self._taken.get(), 0
        while True:
            yield unit
            count += len(unit[1])
            try:
                unit = self._taken.get_nowait() if count < COMMIT_MAX else None  # type: ignore[assignment]
            except Empty:
                return
            if unit is None:
                return


def _each(queue: "SimpleQueue[list[Record]]", handle: Callable[[list[Record]], None]) -> Callable[[], None]:
    def work() -> None:
        while True:
            handle(queue.get())

    return work


def _row(record: Record) -> Row:
    name, version, payload = CODEC.encode(record.event)
    return Row(record.seq, record.stream, name, version, record.cause, record.at_ns, payload)


def _known_key(**_: object) -> "Future[str]":
    future: Future[str] = Future()
    future.set_result("no-approval-key")
    return future


def main(port: str, day_file: str, new_file: str) -> None:
    """Serves until there is no more input."""
    threads, kis = Threads(Path(new_file), rebuilt_from(Path(day_file), CORES).states), Kis()
    socket = KisSocket(
        f"ws://127.0.0.1:{port}", _known_key, threads, Clock(), threads.backlog,
        redact=redactor(Credentials(app_key="benchmark-key", app_secret="benchmark-secret")),
        idle_s=3600, command_gap_s=1, connect_s=kis.rest_timeout_sec, backpressure_s=600,
        backlog_max=kis.max_backlog_frames,
    )  # fmt: skip
    socket.open(Record(seq=0, stream="ws", cause=0, at_ns=0, event=LinkRequested(link=1, wait_s=0.0)))
    while not socket._current or not socket._current._ws.connected:
        time.sleep(0.01)
    print(json.dumps("ready"), flush=True)
    for _ in sys.stdin:
        print(json.dumps(threads.told.get(timeout=60)), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
