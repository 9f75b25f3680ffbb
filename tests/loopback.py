"""A tiny HTTP server on loopback that answers as a test tells it to, and keeps what it was asked."""

import json
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Thread
from typing import Any, NamedTuple


class Request(NamedTuple):
    """One call as it came. path: with its query."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class Loopback:
    """Answers calls in the order of `replies`, the last one for ever."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: deque[Any] = deque()
        self.released = Signal()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def will_answer(self, status: int, body: object, **headers: str) -> None:
        """Adds an answer; a body of bytes is sent as it is, another as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.replies.append((status, raw, headers))

    def will_hang_up(self) -> None:
        """Adds an end of the connection without an answer."""
        self.replies.append("hang up")

    def will_keep_silent(self) -> None:
        """Adds an answer that does not come before `close`."""
        self.replies.append("silence")

    def close(self) -> None:
        """Ends."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(loopback: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            body = json.loads(raw) if raw else None
            loopback.requests.append(Request(self.command, self.path, dict(self.headers), body))
            reply = loopback.replies.popleft() if len(loopback.replies) > 1 else loopback.replies[0]
            if isinstance(reply, str):
                if reply == "silence":
                    loopback.released.wait(30)
                self.close_connection = True
                return
            status, raw, headers = reply
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    return Handler
