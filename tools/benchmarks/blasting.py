"""A WebSocket server that sends frames as fast as they are taken; a process of its own, so that it costs nobody else.

Says its port. A client asks for `/frames/1000` and gets so many, and then the end. Needs nothing but Python's own.
"""

import base64
import hashlib
import json
import socket
import struct
import sys
import threading
from itertools import cycle, islice
from pathlib import Path

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE = 0x81, b"\x88\x02\x03\xe8"
SHORT, LONG = 126, 65_536
AT_ONCE = 200
"""Frames in one piece, about what a socket's buffer takes at once."""


def on_the_wire(text: str) -> bytes:
    """One text frame as a server sends it."""
    data = text.encode()
    if len(data) < SHORT:
        return bytes([TEXT, len(data)]) + data
    assert len(data) < LONG
    return struct.pack("!BBH", TEXT, SHORT, len(data)) + data


def serve_one(connection: socket.socket, frames: list[bytes]) -> None:
    """Greets, sends what is asked for, says goodbye, and hangs up when the client has said so too."""
    with connection:
        wanted = islice(cycle(frames), int(greet(connection).rpartition("/")[2]))
        while piece := b"".join(islice(wanted, AT_ONCE)):
            connection.sendall(piece)
        connection.sendall(CLOSE)
        connection.recv(65_536)


def greet(connection: socket.socket) -> str:
    """Shakes hands; what path the client asked for."""
    request = connection.recv(65_536)
    key = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1(key.split(b":")[1].strip() + GUID).digest())
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    connection.sendall(upgrade + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
    return request.split()[1].decode()


def main(path: str) -> None:
    """Serves until there is no more input."""
    frames = [on_the_wire(text) for text in Path(path).read_text("utf-8").splitlines()]
    listening = socket.create_server(("127.0.0.1", 0))
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
    threading.Thread(target=_accept, args=(listening, frames), daemon=True).start()
    sys.stdin.read()


def _accept(listening: socket.socket, frames: list[bytes]) -> None:
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=serve_one, args=(connection, frames), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
