"""A server on loopback that sees connections and holds a stopwatch; for what an HTTP library would hide."""

import contextlib
import json
import socket
import struct
import time
from collections import deque
from threading import Event as Signal
from threading import Thread
from typing import NamedTuple

RESET = struct.pack("ii", 1, 0)


class Call(NamedTuple):
    """One request: on which connection, when it was there and when its answer was sent (monotonic), and its path."""

    connection: int
    came_s: float
    sent_s: float
    path: str


class Wire:
    """Answers calls in the order of `replies`, the last one for ever: bytes, or the name of a misdeed."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.replies: deque[bytes | str] = deque()
        self.released = Signal()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.05)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def will_answer(self, status: int, body: object, **headers: str) -> None:
        """Adds a whole answer."""
        content = json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.replies.append("\r\n".join([*lines, "", ""]).encode() + content)

    def will(self, what: str) -> None:
        """Adds a misdeed: "reset", "close", "silence", "trickle" or "half"."""
        self.replies.append(what)

    def gaps_s(self) -> list[float]:
        """From each answer sent to the next call's coming."""
        return [later.came_s - earlier.sent_s for earlier, later in zip(self.calls, self.calls[1:], strict=False)]

    def close(self) -> None:
        """Ends."""
        self.released.set()
        self._thread.join()
        self._server.close()

    def _accept(self) -> None:
        number = 0
        while not self.released.is_set():
            try:
                connection, _ = self._server.accept()
            except TimeoutError:
                continue
            number += 1
            Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(30)
        with connection, contextlib.suppress(OSError):
            while head := _request(connection):
                came_s = time.monotonic()
                reply = self.replies.popleft() if len(self.replies) > 1 else self.replies[0]
                self.calls.append(Call(number, came_s, time.monotonic(), head.split()[1].decode()))
                if isinstance(reply, str):
                    self._misbehave(connection, reply)
                    return
                connection.sendall(reply)

    def _misbehave(self, connection: socket.socket, what: str) -> None:
        if what == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        elif what == "silence":
            self.released.wait(30)
        elif what == "trickle":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
            while not self.released.wait(0.02):
                connection.sendall(b" ")
        elif what == "half":
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"rt_cd":')


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65_536)):
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    while len(body) < sum(map(int, lengths)):
        body += connection.recv(65_536)
    return head
