"""The link to KIS over a real connection: what comes goes into the log, in order, and PINGPONG comes back."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Event as Signal
from threading import Lock, Thread

import pytest
from facts import NOW
from ws_wire import FIRST, LAST, MORE, WHOLE, Peer, frame, peer

from kis_actors.adapters import buffered, kis_socket
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.kis_socket import KisSocket
from kis_actors.messages import (
    Event,
    FrameOversized,
    FrameReceived,
    FramesDropped,
    LinkLost,
    LinkOpened,
    LinkRequested,
    Record,
)
from kis_actors.units import ns_of_instant

WAIT_S = 20
PINGPONG = b'{"header":{"tr_id":"PINGPONG","datetime":"20261120100000"}}'
ACK = b'{"header":{"tr_id":"H0STCNT0"},"body":{"output":{"iv":"0123456789abcdef","key":"%s"}}}' % (b"k" * 32)


class Noting:
    """A journal that keeps what it was told, call by call."""

    def __init__(self) -> None:
        self.units: list[tuple[Event, ...]] = []
        self._lock = Lock()

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        self.decided(stream, (event,), cause)

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        with self._lock:
            self.units.append(events)

    def events(self, *kinds: type[Event]) -> list[Event]:
        with self._lock:
            return [event for unit in self.units for event in unit if isinstance(event, kinds or Event)]

    def texts(self) -> list[str]:
        return [event.text for event in self.events(FrameReceived)]

    def wait_for(self, kind: type[Event], count: int = 1) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while len(self.events(kind)) < count:
            assert time.monotonic() < deadline_s, f"no {count} {kind.__name__} in {self.events()}"
            time.sleep(0.005)  # another thread says them, and wakes nobody


class Linked:
    """An open link, and who is at its ends. backlog: how far processing lags, as the link sees it."""

    def __init__(self, server: Peer) -> None:
        self.server, self.journal, self.backlog = server, Noting(), 0
        self.socket = KisSocket(
            server.url, self._key, self.journal, Clock(), lambda: self.backlog,
            redact=lambda text: text.replace("TOKEN", "***"), idle_s=WAIT_S, command_gap_s=0.0, connect_s=WAIT_S,
            backpressure_s=0.02, backlog_max=100,
        )  # fmt: skip
        asked = LinkRequested(link=1, wait_s=0.0, at=NOW)
        self.socket.open(Record(seq=1, stream="ws", cause=0, at_ns=ns_of_instant(NOW), event=asked))
        server.accept()
        self.journal.wait_for(LinkOpened)

    def _key(self, *, is_new: bool) -> Future[str]:
        future: Future[str] = Future()
        future.set_result("APPROVAL")
        return future


@pytest.fixture
def link():
    with peer() as server:
        linked = Linked(server)
        yield linked
        linked.socket.stop()


def test_what_comes_together_is_handed_over_together(link):
    link.server.send(b"".join(frame(b"0|H0STCNT0|001|%d" % number) for number in range(100)))
    link.journal.wait_for(FrameReceived, 100)
    assert link.journal.texts() == [f"0|H0STCNT0|001|{number}" for number in range(100)]
    assert len(link.journal.units) < 10  # the first is LinkOpened


def test_pingpong_comes_back_word_for_word(link):
    link.server.send(frame(b"0|before") + frame(PINGPONG) + frame(b"0|after"))
    assert link.server.heard() == (WHOLE, PINGPONG)
    link.journal.wait_for(FrameReceived, 3)
    assert link.journal.texts() == ["0|before", PINGPONG.decode(), "0|after"]


def test_a_link_that_breaks_at_an_answer_keeps_what_came_before(link, monkeypatch):
    def broken(*_):
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr(link.socket._current._ws, "send", broken)
    link.server.send(frame(b"0|before") + frame(PINGPONG))
    link.journal.wait_for(LinkLost)
    assert link.journal.texts() == ["0|before", PINGPONG.decode()]


def test_secrets_of_control_messages_are_cut_out(link):
    link.server.send(frame(ACK) + frame(b"0|a TOKEN") + frame(b"0|the key APPROVAL"))
    link.journal.wait_for(FrameReceived, 3)
    kept = ACK.decode().replace("0123456789abcdef", "***").replace("k" * 32, "***")
    assert link.journal.texts() == [kept, "0|a ***", "0|the key ***"]


def test_bytes_that_are_no_text_are_replaced(link):
    link.server.send(frame(b"0|\xff") + frame(b"0|next"))
    link.journal.wait_for(FrameReceived, 2)
    assert link.journal.texts() == ["0|\ufffd", "0|next"]


def test_a_text_far_too_long_is_counted_and_left_out(link, monkeypatch):
    monkeypatch.setattr(kis_socket, "FRAME_BYTES_MAX", 50)
    link.server.send(frame(b"0|" + b"x" * 49) + frame(b'{"PINGPONG"' + b"x" * 99) + frame(b"0|next"))
    link.journal.wait_for(FrameReceived)
    oversized = [event.characters for event in link.journal.events(FrameOversized)]
    assert (oversized, link.journal.texts()) == ([51, 110], ["0|next"])


@contextmanager
def endless_message(server: Peer, payload: bytes) -> Iterator[None]:
    """While inside, the server sends one message, which never ends: pieces of `payload`, for as long as it is let."""
    is_over = Signal()

    def tell() -> None:
        with suppress(OSError):
            server.send(frame(b"0|", FIRST))
            while not is_over.wait(0.001):
                server.send(frame(payload, MORE))

    thread = Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_message_without_an_end_is_the_end_of_the_link(link, monkeypatch):
    monkeypatch.setattr(buffered, "SKIPPED_BYTES_MAX", 100_000)
    with endless_message(link.server, b"x" * 1000):
        link.journal.wait_for(LinkLost)
    lost = LinkLost(link=1, reason="a message of more than 100000 bytes", is_ours=False)
    assert link.journal.events(FrameReceived, FrameOversized, LinkLost) == [lost]


def test_a_message_that_goes_on_and_on_is_no_sign_of_life(link):
    link.socket.idle_s = 1.0
    with endless_message(link.server, b""):
        link.journal.wait_for(LinkLost)
    assert link.journal.events(LinkLost)[0].reason == "silent for 1 s"


def test_a_link_is_closed_in_the_midst_of_a_message_too(link):
    with endless_message(link.server, b"x"):
        link.socket.close(1)
        link.journal.wait_for(LinkLost)
    assert link.journal.events(LinkLost)[0].is_ours


def test_a_message_is_whole_however_many_messages_came_before(link, monkeypatch):
    monkeypatch.setattr(buffered, "SKIPPED_BYTES_MAX", 1000)
    for _ in range(10):
        link.server.send(frame(b"0|" + b"x" * 200, FIRST) + frame(b"", LAST))
    link.journal.wait_for(FrameReceived, 10)
    assert set(link.journal.texts()) == {"0|" + "x" * 200}


def test_every_frame_that_is_dropped_is_counted(link):
    link.backlog = 101
    link.server.send(b"".join(frame(b"0|%d" % number) for number in range(40)))
    deadline_s = time.monotonic() + WAIT_S
    while (link.socket._current._dropped or FramesDropped(link=1, count=0, first=NOW, last=NOW)).count < 40:
        assert time.monotonic() < deadline_s
        time.sleep(0.005)  # nobody tells when another thread has come so far
    link.backlog = 0
    link.server.send(frame(b"0|next"))
    link.journal.wait_for(FrameReceived)
    assert [event.count for event in link.journal.events(FramesDropped)] == [40]
    assert link.journal.texts() == ["0|next"]


def test_the_end_of_the_connection_is_the_end_of_the_link(link):
    link.server.hang_up()
    link.journal.wait_for(LinkLost)
    assert link.journal.events(LinkLost) == [
        LinkLost(link=1, reason="the connection ended without a close frame", is_ours=False)
    ]


def test_a_link_closed_here_says_goodbye(link):
    link.socket.close(1)
    assert link.server.heard()[0] == 0x88
    link.journal.wait_for(LinkLost)
    assert link.journal.events(LinkLost)[0].is_ours
