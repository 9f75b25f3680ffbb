"""What came over a WebSocket, read in large pieces: plain messages are found here, the rest is websocket-client's.

Must not know what the messages say.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from websocket import (
    WebSocket,
    WebSocketConnectionClosedException,
    WebSocketException,
    WebSocketTimeoutException,
)

READ_BYTES = 65_536
SKIPPED_BYTES_MAX = 16_000_000
"""A frame of more is not even read, nor a message in so many bytes of frames; the link is given up."""
PIECES_S = 0.5
"""How long, in real seconds, a message that comes in pieces keeps the reader from looking whether it should end."""
WHOLE_TEXT = 0x81
"""First byte of a text message that is whole in one frame."""
LENGTH_FOLLOWS = 126
"""As second byte: the length is in the next two. Larger: the frame is longer still, or masked."""


class Buffered:
    """Stands between a connected `ws` and its socket, from which a frame took three system calls, each on its own.

    All of it waits as long as the socket's timeout, then raises WebSocketTimeoutException; another WebSocketException
    at the end of the link.
    """

    def __init__(self, ws: WebSocket) -> None:
        assert ws.sock is not None
        self._ws = ws
        self._socket = ws.sock
        self._held = b""
        self._at = 0
        self._is_between = True
        self._message_bytes = 0
        self._pieces_until_s = 0.0
        ws.frame_buffer.recv = self._recv

    def messages(self) -> list[bytes]:
        """The messages that are next and have come already, at a tenth of what they cost one by one; waits for some.

        None, if what is next is no text, or not whole in a frame that has come: that is for `in_pieces`.
        """
        if not self._is_between:
            return []
        self._fill()
        held, at, found = self._held, self._at, []
        while at + 4 <= len(held) and held[at] == WHOLE_TEXT and held[at + 1] <= LENGTH_FOLLOWS:
            start, length = at + 2, held[at + 1]
            if length == LENGTH_FOLLOWS:
                start, length = at + 4, held[at + 2] << 8 | held[at + 3]
            if start + length > len(held):
                break
            at = start + length
            found.append(held[start:at])
        self._at = at
        return found

    @contextmanager
    def in_pieces(self) -> Iterator[None]:
        """While websocket-client reads a message. Where it gives up, it is in the midst of one, and must go on."""
        self._is_between = False
        self._pieces_until_s = time.monotonic() + PIECES_S
        yield
        self._is_between = True
        self._message_bytes = 0

    def _recv(self, wanted_bytes: int) -> bytes:
        """At most `wanted_bytes` of what came."""
        if max(self._message_bytes, self._ws.frame_buffer.length or 0) > SKIPPED_BYTES_MAX:
            raise WebSocketException(f"a message of more than {SKIPPED_BYTES_MAX} bytes")
        if self._message_bytes and time.monotonic() > self._pieces_until_s:
            raise WebSocketTimeoutException("a message is not whole yet")
        self._fill()
        piece = self._held[self._at : self._at + wanted_bytes]
        self._at += len(piece)
        self._message_bytes += len(piece)
        return piece

    def _fill(self) -> None:
        if self._at < len(self._held):
            return
        try:
            data: bytes = self._socket.recv(READ_BYTES)
        except TimeoutError:
            raise WebSocketTimeoutException("nothing to read") from None
        if not data:
            raise WebSocketConnectionClosedException("the connection ended without a close frame")
        self._held, self._at = data, 0
