"""Frames off a real socket on loopback, up to where each is handed on: by the product's reader, and by WebSocketApp."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from threading import Event as Signal
from typing import Any

from websocket import WebSocketApp

from benchmarks.bench import Bench
from benchmarks.figures import Figure, at_least
from benchmarks.frames import trades, written
from benchmarks.rounds import Contender
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.kis_socket import KisSocket
from kis_actors.credentials import Credentials, redactor
from kis_actors.messages import Event, FrameReceived, LinkOpened, LinkRequested, Record
from kis_actors.settings import Kis

PLACE = 2
ABOUT = "frames off a real socket"
WAIT_S = 120
ACCOUNT = Credentials(app_key="no-app-key", app_secret="no-app-secret")


class Counting:
    """A journal that only counts, and notes when the first and the last frame came."""

    def __init__(self, frames: int) -> None:
        self._left = frames
        self.began_s = self.took_s = 0.0
        self.done = Signal()

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """What the socket saw."""
        self.decided(stream, (event,), cause)

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        """What it saw at once."""
        for event in events:
            if isinstance(event, LinkOpened):
                self.began_s = time.perf_counter()
            self._left -= isinstance(event, FrameReceived)
        if not self._left and not self.took_s:
            self.took_s = time.perf_counter() - self.began_s
            self.done.set()


def figures(bench: Bench) -> Iterator[Figure]:
    """Frames a second."""
    path = written(bench.folder, trades(1_000))
    port = bench.child("benchmarks.blasting", str(path)).hear()["port"]
    url, ours, theirs = f"ws://127.0.0.1:{port}/frames/", *bench.pick(full=(100_000, 20_000), quick=(20_000, 4_000))
    done = bench.race(
        "frames/s",
        Contender("kis_actors", ours, lambda: by_the_product(f"{url}{ours}", ours)),
        Contender("WebSocketApp", theirs, lambda: by_websocket_app(f"{url}{theirs}", theirs)),
    )
    yield done.against("WebSocketApp", "receive", aim=at_least(8), floor=at_least(6))


def by_the_product(url: str, frames: int) -> float:
    """Seconds for so many frames, by KisSocket as it is."""
    journal, kis = Counting(frames), Kis()
    socket = KisSocket(
        url, _known_key, journal, Clock(), lambda: 0, redact=redactor(ACCOUNT), idle_s=kis.ws_idle_timeout_sec,
        command_gap_s=kis.ws_command_gap_sec, connect_s=kis.rest_timeout_sec, backpressure_s=kis.max_backpressure_sec,
    )  # fmt: skip
    socket.open(Record(seq=1, stream="ws", cause=0, at_ns=0, event=LinkRequested(link=1, wait_s=0.0)))
    assert journal.done.wait(WAIT_S), f"not all frames came within {WAIT_S} s"
    socket.stop()
    return journal.took_s


def by_websocket_app(url: str, frames: int) -> float:
    """Seconds for so many frames, by the loop that websocket-client offers, as it comes."""
    began_s = took_s = 0.0
    left = frames

    def opened(_: Any) -> None:
        nonlocal began_s
        began_s = time.perf_counter()

    def heard(_: Any, text: str) -> None:
        nonlocal left, took_s
        left -= 1
        if not left:
            took_s = time.perf_counter() - began_s

    WebSocketApp(url, on_open=opened, on_message=heard).run_forever()
    assert not left, f"{left} frames did not come"
    return took_s


def _known_key(**_: object) -> "Future[str]":
    future: Future[str] = Future()
    future.set_result("no-approval-key")
    return future
