"""KIS by WebSocket: one connection at a time, every frame observed as it came, commands paced, PINGPONG answered.

Uses websocket-client's plain WebSocket with our own reader loop: its WebSocketApp swallows errors of callbacks.
"""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event as Signal
from threading import Thread
from typing import Protocol
from urllib.parse import urlsplit

from websocket import (
    WebSocket,
    WebSocketConnectionClosedException,
    WebSocketException,
    WebSocketTimeoutException,
)

from kis_actors.adapters.buffered import Buffered
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.retry import Failed, Stopping
from kis_actors.kis.control import subscribe_message, unsubscribe_message, without_secrets
from kis_actors.kis.frames import is_control
from kis_actors.kis.hosts import WS_PATH
from kis_actors.messages import (
    FrameOversized,
    FrameReceived,
    FramesDropped,
    LinkLost,
    LinkOpened,
    LinkRequested,
    ReadingPaused,
    Record,
)
from kis_actors.ports import Command, Journal

STREAM = "socket"
FRAME_BYTES_MAX = 1_000_000
"""What is larger is read and left out of the log; beyond buffered.SKIPPED_BYTES_MAX the link is given up."""
POLL_S = 0.5
"""How often, in real seconds, a quiet reader looks whether it should end."""
PAUSE_SAID_EVERY_S = 5.0
GAP_MARGIN = 1.05
"""Two commands do not travel equally fast: sent 100 ms apart, they arrived 99.8 ms apart."""
OPCODE_CLOSE = 0x8
CLOSED_BY_US = "closed by us"


class Gauge(Protocol):
    """How far processing lags behind reading, in records."""

    def __call__(self) -> int: ...


class KisSocket:
    """Holds the current connection; opening another ends it."""

    def __init__(
        self, ws_url: str, approval_key: Callable[..., Future[str]], journal: Journal, clock: Clock, backlog: Gauge, *,
        redact: Callable[[str], str], idle_s: float, command_gap_s: float, connect_s: float, backpressure_s: float,
        backlog_max: int = 20_000,
    ) -> None:  # fmt: skip
        """backlog_max: frames read but not yet handled, beyond which the socket is left unread: KIS waits, by TCP."""
        self.url = ws_url if urlsplit(ws_url).path.strip("/") else ws_url.rstrip("/") + WS_PATH
        self.approval_key = approval_key
        self.journal = journal
        self.clock = clock
        self.backlog = backlog
        self.redact = redact
        self.idle_s = idle_s
        self.command_gap_s = command_gap_s
        self.connect_s = connect_s
        self.backpressure_s = backpressure_s
        self.backlog_max = backlog_max
        self._current: _Connection | None = None
        self._is_stopped = False

    def open(self, question: Record) -> None:
        """Opens the link asked for, after its wait; answered by LinkOpened or LinkLost. Not once stopped."""
        self._end_current()
        if not self._is_stopped:
            self._current = _Connection(self, question)

    def send(self, link: int, command: Command) -> None:
        """Queues the command on `link`; nothing if that is gone."""
        if self._current and self._current.link == link:
            self._current.commands.put(command)

    def close(self, link: int) -> None:
        """Ends `link`."""
        if self._current and self._current.link == link:
            self._current.closing.set()

    def stop(self) -> None:
        """Ends whatever is open, for good, and waits until it is."""
        self._is_stopped = True
        self._end_current()

    def _end_current(self) -> None:
        if self._current:
            self._current.closing.set()
            self._current.reader.join()


class _Connection:
    """One link, from its wait to its end, in a reader and a sender thread."""

    def __init__(self, socket: KisSocket, question: Record) -> None:
        assert isinstance(question.event, LinkRequested)
        self._socket = socket
        self._question = question
        self._wanted = question.event
        self.link = question.event.link
        self.closing = Signal()
        self.commands: SimpleQueue[Command] = SimpleQueue()
        self._ws = WebSocket(skip_utf8_validation=True, enable_multithread=True)
        self._key = ""
        self._dropped: FramesDropped | None = None
        self._pause_said_s = float("-inf")
        self.reader = Thread(target=self._run, name=f"KisSocket-{self.link}", daemon=True)
        self.reader.start()

    def _run(self) -> None:
        reason = CLOSED_BY_US
        try:
            self._connect()
            self._read()
        except (Failed, Stopping, WebSocketException, OSError) as problem:
            reason = _reason(problem)
        except TimeoutError:
            reason = "no approval key in time"
        finally:
            self.closing.set()
            self._say_goodbye(reason)
            self._ws.shutdown()  # type: ignore[no-untyped-call]
        lost = LinkLost(link=self.link, reason=self._without_keys(reason), is_ours=reason == CLOSED_BY_US)
        self._socket.journal.observe(STREAM, lost, self._question.seq)

    def _say_goodbye(self, reason: str) -> None:
        """A close frame, so that KIS frees the app key at once; whether it arrives does not matter any more."""
        if reason == CLOSED_BY_US and self._ws.connected:
            with suppress(WebSocketException, OSError):
                self._ws.send_close()

    def _connect(self) -> None:
        clock = self._socket.clock
        if clock.wait(self.closing, self._wanted.wait_s):
            raise Stopping
        self._key = self._approval_key()
        self._ws.settimeout(self._socket.connect_s)
        self._ws.connect(self._socket.url)  # type: ignore[no-untyped-call]
        self._ws.settimeout(POLL_S)
        self._buffered = Buffered(self._ws)
        self._socket.journal.observe(STREAM, LinkOpened(link=self.link), self._question.seq)
        Thread(target=self._send_commands, name=f"KisSocket-{self.link}-sender", daemon=True).start()

    def _approval_key(self) -> str:
        future = self._socket.approval_key(is_new=self._wanted.new_key)
        while not self.closing.is_set():
            try:
                return future.result(POLL_S)
            except TimeoutError:
                continue
        raise Stopping

    def _read(self) -> None:
        """Every inbound frame is life; silence for longer than KIS is ever silent is the end of the link."""
        heard_at_s = self._socket.clock.elapsed_s()
        while not self.closing.is_set():
            try:
                messages = self._buffered.messages() or [self._receive()]
            except WebSocketTimeoutException:
                if self._socket.clock.elapsed_s() - heard_at_s > self._socket.idle_s:
                    raise WebSocketException(f"silent for {self._socket.idle_s:g} s") from None
                continue
            heard_at_s = self._socket.clock.elapsed_s()
            self._heard(messages)

    def _receive(self) -> bytes:
        """The next message, of whatever kind."""
        with self._buffered.in_pieces():
            opcode, frame = self._ws.recv_data_frame()
        if opcode == OPCODE_CLOSE:
            raise WebSocketConnectionClosedException("closed by KIS")
        return bytes(frame.data)

    def _heard(self, messages: list[bytes]) -> None:
        """Invalid UTF-8, which KIS has sent, is replaced: to close for it led to hours of OPSP8996."""
        texts = [message.decode("utf-8", errors="replace") for message in messages]
        try:
            for text in texts:
                if '"PINGPONG"' in text and is_control(text) and len(text) <= FRAME_BYTES_MAX:
                    self._ws.send(text)  # the identical text, as most clients do; a few send it in a pong frame
        finally:
            if self._has_room():
                self._socket.journal.decided(STREAM, tuple(map(self._event, texts)), 0)
            else:
                self._drop(len(texts), self._socket.clock.now())

    def _event(self, text: str) -> FrameReceived | FrameOversized:
        if len(text) > FRAME_BYTES_MAX:
            return FrameOversized(link=self.link, characters=len(text))
        text = without_secrets(text) if is_control(text) else text
        return FrameReceived(link=self.link, text=self._without_keys(text))

    def _without_keys(self, text: str) -> str:
        """`text` without the keys of this day, should KIS echo what it was sent."""
        return self._socket.redact(text.replace(self._key, "***") if self._key and self._key in text else text)

    def _has_room(self) -> bool:
        """Waits while processing lags; false if that took too long, and the frame is to be dropped, and counted."""
        waited_s = 0.0
        while (backlog := self._socket.backlog()) > self._socket.backlog_max and not self.closing.is_set():
            self._say_pause(backlog)
            if waited_s >= self._socket.backpressure_s or self._dropped:
                return False
            waited_s += 0.01
            self._socket.clock.sleep(0.01)
        if self._dropped:
            self._socket.journal.observe(STREAM, self._dropped)
            self._dropped = None
        return True

    def _say_pause(self, backlog: int) -> None:
        now_s = self._socket.clock.elapsed_s()
        if now_s - self._pause_said_s >= PAUSE_SAID_EVERY_S:
            self._pause_said_s = now_s
            self._socket.journal.observe(STREAM, ReadingPaused(link=self.link, backlog=backlog))

    def _drop(self, count: int, now: datetime) -> None:
        first, before = (self._dropped.first, self._dropped.count) if self._dropped else (now, 0)
        self._dropped = FramesDropped(link=self.link, count=before + count, first=first, last=now)

    def _send_commands(self) -> None:
        while not self.closing.is_set():
            try:
                command = self.commands.get(timeout=POLL_S)
            except Empty:
                continue
            message = subscribe_message if command.wanted else unsubscribe_message
            try:
                self._ws.send(message(self._key, command.feed, command.code))
            except (WebSocketException, OSError):
                return  # the reader sees the same end of the link, and says so
            self._socket.clock.wait(self.closing, self._socket.command_gap_s * GAP_MARGIN)


def _reason(problem: Exception) -> str:
    """Our own words and the library's; neither holds a key."""
    if isinstance(problem, Stopping):
        return CLOSED_BY_US
    if isinstance(problem, OSError):
        return problem.strerror or type(problem).__name__
    return str(problem) or type(problem).__name__
