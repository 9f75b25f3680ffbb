"""The other end of a WebSocket, on loopback, down to the byte."""

import base64
import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

WHOLE, FIRST, MORE, LAST, BINARY, CLOSE, PING, PONG = 0x81, 0x01, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8A


def frame(payload: bytes, first_byte: int = WHOLE) -> bytes:
    """One frame of a server, which does not mask."""
    size = len(payload)
    if size < 126:
        return bytes((first_byte, size)) + payload
    if size < 65_536:
        return bytes((first_byte, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first_byte, 127)) + size.to_bytes(8, "big") + payload


class Peer:
    """A server for one client."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}"
        self._socket: socket.socket | None = None

    def accept(self) -> None:
        """Waits for the client, and shakes hands."""
        self._socket, _ = self._listener.accept()
        self._socket.settimeout(20)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(4096)
        (key,) = (line[18:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        proof = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        lines = (b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade")
        self.send(b"\r\n".join((*lines, b"Sec-WebSocket-Accept: " + proof, b"", b"")))

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        assert self._socket
        self._socket.sendall(data)

    def heard(self) -> tuple[int, bytes]:
        """First byte and payload of the next short frame of the client."""
        head = self._read(2)
        mask = self._read(4)
        payload = self._read(head[1] & 0x7F)
        return head[0], bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))

    def hang_up(self) -> None:
        """Ends the connection, without a word."""
        if self._socket:
            self._socket.close()
        self._listener.close()

    def _read(self, size: int) -> bytes:
        assert self._socket
        data = b""
        while len(data) < size:
            data += self._socket.recv(size - len(data))
        return data


@contextmanager
def peer() -> Iterator[Peer]:
    """One that hangs up in the end."""
    server = Peer()
    try:
        yield server
    finally:
        server.hang_up()
