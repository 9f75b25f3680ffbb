"""Telegram and Discord on loopback: they count what arrives, refuse what the real ones would, and misbehave on request.

`asked` holds every request as it came, `taken` every message a person would see.
"""

import json
import struct
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, SO_LINGER, SO_REUSEADDR, SOL_SOCKET, socket
from threading import Condition, Thread
from threading import Event as Signal
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from discord_view import shown

RESET = struct.pack("ii", 1, 0)
SILENCE_S = 30


class Asked(NamedTuple):
    """One request. fields: its JSON, or its parts by name. came_s: monotonic. peer: the other end of its connection."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    fields: dict[str, Any]
    came_s: float
    peer: tuple[str, int]


class Said(NamedTuple):
    """An answer. body: JSON, or bytes as they are."""

    status: int
    body: object
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


class Try(NamedTuple):
    """One try to tell a person something, as this side knows it.

    is_certain: the answer says at once what became of it. status: of the answer, 0 for none. came_s: monotonic.
    """

    text: str
    is_taken: bool
    is_certain: bool
    status: int
    came_s: float


class Fault(NamedTuple):
    """What is done to one request. said: the answer, None for none. is_taken: the message gets through all the same.

    is_cut: the connection ends, and nobody is told. wait_s: before all that, unless it is let go sooner.
    beginning: of a text it is done to; until such a one comes, this fault and those behind it wait.
    """

    said: Said | None = None
    is_taken: bool = False
    is_cut: bool = False
    wait_s: float = 0.0
    beginning: str = ""


def too_many(retry_after: object, **headers: str) -> Fault:
    """429, in the words of both."""
    body = {
        "ok": False, "error_code": 429, "description": "Too Many Requests", "message": "You are being rate limited.",
        "parameters": {"retry_after": retry_after}, "retry_after": retry_after,
    }  # fmt: skip
    return Fault(Said(429, body, {name.replace("_", "-"): value for name, value in headers.items()}))


def refusal(status: int = 400, description: str = "Bad Request: chat not found") -> Fault:
    """A definite no."""
    return Fault(Said(status, {"ok": False, "description": description, "message": description}))


def error_after_accepting(status: int = 502) -> Fault:
    """The message gets through, but the answer says otherwise."""
    return Fault(Said(status, b"<html>Bad Gateway</html>"), is_taken=True)


def garbage_after_accepting() -> Fault:
    """The message gets through, but the answer cannot be read."""
    return Fault(Said(200, b"{"), is_taken=True)


def cut_after_accepting() -> Fault:
    """The message gets through, then the connection is reset."""
    return Fault(is_taken=True, is_cut=True)


def slow(wait_s: float = SILENCE_S) -> Fault:
    """The message gets through, and the answer comes late."""
    return Fault(is_taken=True, wait_s=wait_s)


def never_taken(wait_s: float = SILENCE_S) -> Fault:
    """Silence, and the message is lost."""
    return Fault(is_cut=True, wait_s=wait_s)


class Fake:
    """A server; each fault of `faults` is done to one request that would send something, in order.

    clock_speed: with any, whoever does not wait as told is refused, and `too_soon` has by how many of its seconds.
    witness: is shown every message before anything is done.
    """

    def __init__(self, clock_speed: float = 0.0) -> None:
        self.asked: list[Asked] = []
        self.taken: list[dict[str, Any]] = []
        self.tries: list[Try] = []
        self.too_soon: list[float] = []
        self.witness: Callable[[str], None] = lambda text: None
        self.faults: deque[Fault] = deque()
        self.changed = Condition()
        self.closing = Signal()
        self._clock_speed = clock_speed
        self._free_at_s = 0.0
        self._held = Signal()
        self._connections: list[socket] = []
        self._listen(0)
        self._port = self._server.server_port
        self.url = f"http://127.0.0.1:{self._port}"

    def close(self) -> None:
        """Ends; from now on connections are refused."""
        self.closing.set()
        self.let_go()
        with self.changed:
            self.changed.notify_all()
        self._stop_listening()

    def refuse(self) -> socket:
        """Cuts every connection, and refuses new ones until `accept`, which takes what this returns."""
        self._stop_listening()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
        place = socket()
        place.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", self._port))  # or somebody else may get the port
        return place

    def accept(self, place: socket) -> None:
        """Connections are taken again."""
        place.close()
        self._listen(self._port)

    def let_go(self) -> None:
        """What is held is answered at once."""
        held, self._held = self._held, Signal()
        held.set()

    def wait_for(self, is_so: Any, timeout_s: float = 20) -> bool:
        """Waits until `is_so()`, looking after every request."""
        with self.changed:
            return bool(self.changed.wait_for(is_so, timeout_s))

    def texts(self) -> list[str]:
        """What a person reads."""
        return [message["text"] for message in self.taken]

    def answer(self, asked: Asked) -> Fault:
        """What happens to a request: a fault is waiting, or the fake does as the real one does."""
        if not self.is_message(asked):
            return Fault(self.other(asked))
        self.witness(self.read(asked)["text"])
        good = self.judged(asked)
        fault = self._fault(asked) or Fault(good)
        self._note(asked, fault, good)
        self._held.wait(fault.wait_s)
        fault = fault if fault.said or fault.is_cut else fault._replace(said=good)
        self._rest(fault.said)
        return fault

    def _fault(self, asked: Asked) -> Fault | None:
        left_s = (self._free_at_s - asked.came_s) * self._clock_speed
        if left_s > 0:
            self.too_soon.append(left_s)
            return too_many(left_s)
        is_meant = self.faults and self.read(asked)["text"].startswith(self.faults[0].beginning)
        return self.faults.popleft() if is_meant else None

    def _note(self, asked: Asked, fault: Fault, good: Said) -> None:
        is_taken = good.status == 200 and (fault.is_taken or fault.said is good)
        status = fault.said.status if fault.said else 0
        is_certain = not fault.wait_s and not fault.is_cut and 200 <= status < 500
        with self.changed:
            self.taken += [self.read(asked)] if is_taken else []
            self.tries.append(Try(self.read(asked)["text"], is_taken, is_certain, status, asked.came_s))
            self.changed.notify_all()

    def _rest(self, said: Said | None) -> None:
        """From now on nothing is taken for as long as is said."""
        wait_s = pause_s_of(said) if said and self._clock_speed else 0.0
        if wait_s:
            self._free_at_s = time.monotonic() + wait_s / self._clock_speed

    def _listen(self, port: int) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._server.handle_error = _quietly
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def _stop_listening(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def is_message(self, asked: Asked) -> bool:
        """Whether it would send something to a person."""
        raise NotImplementedError

    def judged(self, asked: Asked) -> Said:
        """What the real one says to this message."""
        raise NotImplementedError

    def read(self, asked: Asked) -> dict[str, Any]:
        """The message as a person sees it; "text" at least."""
        raise NotImplementedError

    def other(self, asked: Asked) -> Said:
        """What the real one says to anything else."""
        return Said(404, {"ok": False, "description": f"Not Found: {asked.path}"})


class FakeTelegram(Fake):
    """One bot. Updates said to it stay until their number is confirmed, as with the real one."""

    def __init__(self, token: str = "123456:SECRET", clock_speed: float = 0.0) -> None:
        self.updates: list[dict[str, Any]] = []
        self.poll_faults: deque[Fault] = deque()
        self.answered_presses: list[dict[str, Any]] = []
        self._prefix = f"/bot{token}/"
        super().__init__(clock_speed)

    def methods(self) -> list[str]:
        """The methods called, in order."""
        return [asked.path.removeprefix(self._prefix) for asked in self.asked]

    def polls(self) -> list[dict[str, Any]]:
        """The parameters of each getUpdates."""
        return [asked.fields for asked in self.asked if asked.path.endswith("/getUpdates")]

    def say(self, update: dict[str, Any]) -> None:
        """An update arrives."""
        with self.changed:
            self.updates.append(update)
            self.changed.notify_all()

    def answer(self, asked: Asked) -> Fault:
        if asked.path.endswith("/getUpdates") and self.poll_faults:
            fault = self.poll_faults.popleft()
            self.closing.wait(fault.wait_s)
            return fault if fault.said or fault.is_cut else Fault(self.other(asked))
        return super().answer(asked)

    def is_message(self, asked: Asked) -> bool:
        return asked.path in (f"{self._prefix}sendMessage", f"{self._prefix}sendPhoto")

    def judged(self, asked: Asked) -> Said:
        fields = asked.fields
        keyboard = _object(fields.get("reply_markup", {})).get("inline_keyboard", [])
        wrong = [button for row in keyboard for button in row if not 1 <= len(button["callback_data"].encode()) <= 64]
        is_photo = asked.path.endswith("/sendPhoto")
        text, units_max = (fields.get("caption", ""), 1024) if is_photo else (fields["text"], 4096)
        if "parse_mode" in fields or len(text.encode("utf-16-le")) // 2 > units_max or wrong:
            return Said(400, {"ok": False, "error_code": 400, "description": "Bad Request: message is not acceptable"})
        if is_photo and not fields["photo"].startswith(b"\x89PNG"):
            return Said(400, {"ok": False, "error_code": 400, "description": "Bad Request: IMAGE_PROCESS_FAILED"})
        return Said(200, {"ok": True, "result": {"message_id": 70 + len(self.asked), "chat": {"id": 42}}})

    def read(self, asked: Asked) -> dict[str, Any]:
        return {"text": asked.fields.get("text", asked.fields.get("caption")), **asked.fields}

    def other(self, asked: Asked) -> Said:
        if asked.path == f"{self._prefix}getUpdates":
            return Said(200, {"ok": True, "result": self._updates(asked.fields)})
        if asked.path == f"{self._prefix}answerCallbackQuery":
            self.answered_presses.append(asked.fields)
            return Said(200, {"ok": True, "result": True})
        return super().other(asked)

    def _updates(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Forgets what is confirmed, then waits for something to say."""
        with self.changed:
            offset = asked.get("offset", 0)
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
            self.changed.wait_for(lambda: self.updates or self.closing.is_set(), asked.get("timeout", 0))
            return self.updates[: asked.get("limit", 100)]


class FakeDiscord(Fake):
    """One webhook, /api/webhooks/1/SECRET. rate_headers: of every answer from now on."""

    def __init__(self, clock_speed: float = 0.0) -> None:
        self.rate_headers: dict[str, str] = {}
        super().__init__(clock_speed)

    def is_message(self, asked: Asked) -> bool:
        return asked.path == "/api/webhooks/1/SECRET"

    def judged(self, asked: Asked) -> Said:
        if not 1 <= len(_message(asked)["content"]) <= 2000:
            return Said(400, {"message": "Invalid Form Body", "code": 50035})
        return Said(200, {"id": str(70 + len(self.asked))}, dict(self.rate_headers))

    def read(self, asked: Asked) -> dict[str, Any]:
        message = _message(asked)
        content = message["content"]
        return {"text": content, "shown": shown(content), "file": asked.fields.get("files[0]"), **message}


def pause_s_of(said: Said) -> float:
    """For how long an answer tells to be quiet, in any of the ways in which it may."""
    body = said.body if isinstance(said.body, dict) else {}
    if said.status == 429:
        in_body = body.get("retry_after", body.get("parameters", {}).get("retry_after"))
        return float(in_body if in_body is not None else said.headers["Retry-After"])
    is_empty = said.headers.get("X-RateLimit-Remaining") == "0"
    return float(said.headers["X-RateLimit-Reset-After"]) if is_empty else 0.0


def _message(asked: Asked) -> dict[str, Any]:
    return _object(asked.fields.get("payload_json", asked.fields))


def _object(found: Any) -> Any:
    return json.loads(found) if isinstance(found, bytes | str) else found


def _fields(content_type: str, raw: bytes) -> dict[str, Any]:
    """JSON, or the parts of a form: files as bytes, everything else as text."""
    if not content_type.startswith("multipart/"):
        return json.loads(raw) if raw else {}
    form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    parts: dict[str, Any] = {}
    for part in form.get_payload():
        content, name = part.get_payload(decode=True), part.get_param("name", header="content-disposition")
        parts[name] = content if part.get_content_maintype() == "image" else content.decode()
    return parts


def _quietly(*_: object) -> None:
    """Whoever asked is gone: that is what some tests are about."""


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            fake._connections.append(self.connection)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            fields = _fields(headers.get("content-type", ""), raw)
            asked = Asked(self.command, url.path, query, headers, raw, fields, time.monotonic(), self.client_address)
            with fake.changed:
                fake.asked.append(asked)
                fake.changed.notify_all()
            fault = fake.answer(asked)
            with fake.changed:
                fake.changed.notify_all()
            if fault.is_cut:
                self.connection.setsockopt(SOL_SOCKET, SO_LINGER, RESET)
                self.close_connection = True
            elif fault.said:
                self._say(fault.said)

        do_GET = do_POST

        def _say(self, said: Said) -> None:
            body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    return Handler
