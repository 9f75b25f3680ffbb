"""The WebSocket half of the simulator: sessions, their registrations, and the frames as the clock reaches them."""

import asyncio
import contextlib
import hashlib
import logging
import socket
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Event

from kis_actors.simulator.accounts import Accounts
from kis_actors.simulator.commands import Desk, Registrations, acknowledge, is_pingpong
from kis_actors.simulator.faults import Faults
from kis_actors.simulator.feeds import FEEDS, PAPER_FEEDS, TRADE_FEEDS
from kis_actors.simulator.market import Market
from kis_actors.simulator.session_clock import SessionClock
from kis_actors.simulator.spoiled import OVERSIZED, junk_between, with_columns

PATH = "/tryitout"
FLUSH_REAL_S = 0.15
FLUSH_CLOCK_S = 20.0
"""On a very fast clock trades come sooner, lest a scan a minute see them long before the stream tells."""
PINGPONG_IDLE_S = 10.0
PINGPONG_PATIENCE_S = 60.0
PATIENCE_REAL_S_MIN = 5.0
"""On a very fast clock a minute is shorter than a busy client's pause for breath."""
MESSAGE_BYTES_MAX = 64 * 1024
UNSENT_FRAMES_MAX = 5000


class Connection(ServerConnection):
    """Tells its session of pings and pongs: KIS takes them for answers, and the library keeps them to itself."""

    session: "Session | None" = None

    def process_event(self, event: Event) -> None:
        """Handles a frame as the library does, and notes an answer."""
        if self.session and isinstance(event, Frame) and event.opcode in (Opcode.PONG, Opcode.PING):
            self.session.answered()
        super().process_event(event)


class Session:
    """One client's connection: what it registered, what is still to be sent to it, and whether it answers."""

    def __init__(self, connection: Connection, clock: SessionClock, number: int) -> None:
        digest = hashlib.sha256(f"session {number}".encode()).hexdigest()
        self.registrations = Registrations(iv=digest[:16], key=digest[16:48])
        self._connection = connection
        self._clock = clock
        self._unsent: asyncio.Queue[str | bytes | None] = asyncio.Queue(UNSENT_FRAMES_MAX)
        self._said_s = clock.elapsed_s()
        self._unanswered_since_s: float | None = None
        connection.session = self

    def say(self, text: str | bytes) -> None:
        """Queues one text message, bytes as they are; a client that lets too many pile up is dropped."""
        self._said_s = self._clock.elapsed_s()
        self._queue(text)

    def close(self) -> None:
        """Ends the connection with a close frame, after everything that is queued; its app key is free at once."""
        self.registrations.app_key = None
        self._queue(None)

    async def send_queued(self) -> None:
        """Sends what is queued, at the reader's pace, until the connection ends."""
        with contextlib.suppress(ConnectionClosed):
            while (text := await self._unsent.get()) is not None:
                await self._connection.send(text, text=True)
            await self._connection.close()

    def answered(self) -> None:
        """The client said that it is there."""
        self._unanswered_since_s = None

    def keep_alive(self) -> None:
        """PINGPONG into a silence; a client that does not answer for long is dropped."""
        now_s = self._clock.elapsed_s()
        patience_s = max(PINGPONG_PATIENCE_S, PATIENCE_REAL_S_MIN * self._clock.clock.speed)
        if self._unanswered_since_s is not None and now_s - self._unanswered_since_s >= patience_s:
            self.drop()
        elif now_s - self._said_s >= PINGPONG_IDLE_S:
            if self._unanswered_since_s is None:
                self._unanswered_since_s = now_s
            self.say(f'{{"header":{{"tr_id":"PINGPONG","datetime":"{self._clock.now():%Y%m%d%H%M%S}"}}}}')

    def drop(self) -> None:
        """Ends the connection without a close frame, as KIS's connections usually end."""
        self._connection.transport.abort()

    def _queue(self, text: str | bytes | None) -> None:
        try:
            self._unsent.put_nowait(text)
        except asyncio.QueueFull:
            self.drop()


class WsServer:
    """All sessions of the simulator; with `is_paper` they may have only what play accounts may."""

    def __init__(
        self, *, market: Market, clock: SessionClock, accounts: Accounts, faults: Faults, is_paper: bool = False
    ) -> None:
        self._market = market
        self._clock = clock
        self._faults = faults
        self._sessions: dict[Session, None] = {}
        self._sessions_ever = 0
        self._desk = Desk(
            feeds=PAPER_FEEDS if is_paper else tuple(FEEDS),
            codes=frozenset(market.stock_days),
            app_key_of=accounts.app_key_of,
            holder_of=self._holder_of,
            now_s=clock.second,
            trouble=lambda: faults.refusal(clock.elapsed_s()),
        )

    async def start(self, listener: socket.socket) -> Server:
        """Accepts clients on `listener`; they get data while `stream` runs."""
        return await serve(
            self._serve,
            sock=listener,
            create_connection=Connection,
            process_request=_check_path,
            compression=None,
            max_size=MESSAGE_BYTES_MAX,
            ping_interval=None,
            close_timeout=1,
            server_header=None,
            logger=logging.getLogger("kis_actors.simulator.ws"),
        )

    async def stream(self) -> None:
        """Sends every session what it registered for, as the clock reaches it; runs until it is cancelled."""
        sent_s = self._clock.elapsed_s()
        while True:
            await asyncio.sleep(min(FLUSH_REAL_S, self._clock.clock.real_s(FLUSH_CLOCK_S)))
            now_s = self._clock.elapsed_s()
            if now_s > sent_s:
                self._flush(sent_s, now_s)
                sent_s = now_s

    def _flush(self, after_s: float, until_s: float) -> None:
        span_s = (after_s, until_s)
        for session in tuple(self._sessions):
            if self._faults.struck("ws_drop", *span_s):
                session.drop()
            elif self._faults.struck("ws_close", *span_s):
                session.close()
            elif not self._faults.during("ws_silence", *span_s):
                self._deliver(session, int(after_s), int(until_s))
                if self._faults.struck("ws_oversize", *span_s):
                    session.say(OVERSIZED)
                session.keep_alive()

    def _deliver(self, session: Session, after_s: int, until_s: int) -> None:
        frames: list[tuple[int, str | bytes]] = []
        for (feed, code), since_s in session.registrations.since_s.items():
            frames += self._frames(feed, code, max(after_s, since_s), until_s)
        frames += self._junk(session, after_s, until_s)
        # Sorting is stable: frames of one code stay in order even when they carry the same second.
        for _, frame in sorted(frames, key=lambda stamped: stamped[0]):
            session.say(frame)

    def _frames(self, feed: str, code: str, after_s: int, until_s: int) -> list[tuple[int, str]]:
        """What a registration is sent, less and otherwise while a fault of trades is on."""
        frames = FEEDS[feed](self._market, feed, code, after_s, until_s)
        if feed not in TRADE_FEEDS:
            return frames
        if any(fault.code == code for fault in self._faults.during("code_silent", after_s, until_s)):
            return []
        for fault in self._faults.during("frame_width", after_s, until_s):
            frames = [(second, with_columns(frame, fault.columns)) for second, frame in frames]
        return frames

    def _junk(self, session: Session, after_s: int, until_s: int) -> list[tuple[int, str | bytes]]:
        """What comes besides, and only to who registered something."""
        if not session.registrations.since_s or not self._faults.during("ws_junk", after_s, until_s):
            return []
        _, code = next(iter(session.registrations.since_s))
        pieces = junk_between(self._market, code, after_s, until_s)
        return [(second, piece) for second, piece in pieces if self._faults.lasts("ws_junk", second)]

    async def _serve(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Connection)
        self._sessions_ever += 1
        session = Session(connection, self._clock, self._sessions_ever)
        self._sessions[session] = None
        sender = asyncio.create_task(session.send_queued())
        try:
            with contextlib.suppress(ConnectionClosed):
                async for message in connection:
                    self._hear(message, session)
        finally:
            del self._sessions[session]
            sender.cancel()

    def _hear(self, message: str | bytes, session: Session) -> None:
        if is_pingpong(message):
            session.answered()
            return
        ack = acknowledge(message, session.registrations, self._desk)
        now_s = self._clock.elapsed_s()
        if not self._faults.lasts("ws_silence", now_s) and not self._faults.lasts("ack_lost", now_s):
            session.say(ack)

    def _holder_of(self, app_key: str) -> Registrations | None:
        registrations = (session.registrations for session in self._sessions)
        return next((held for held in registrations if held.app_key == app_key), None)


def _check_path(connection: ServerConnection, request: Request) -> Response | None:
    path = request.path.partition("?")[0]
    if path in ("/", PATH) or path.startswith(f"{PATH}/"):
        return None
    return connection.respond(HTTPStatus.NOT_FOUND, "404 Not Found\n")
