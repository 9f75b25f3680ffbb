"""One HTTP call, with limits. Its errors never carry an address, a header or a body: those hold keys and tokens."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal, NamedTuple

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError

from kis_actors.adapters.clock import Clock

BODY_BYTES_MAX = 4_000_000
CHUNK_BYTES = 65_536
KEPT_S_MAX = 60.0
"""A connection that was idle for longer may be dead without a sign, and a message sent into it is in doubt."""

Kind = Literal["refused", "reset", "timeout", "other"]


class Answer(NamedTuple):
    """An answer. body: its JSON object, {} if it was none."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


class HttpTrouble(Exception):
    """No answer came. was_sent: whether the request may have reached the other side all the same.

    kind: refused is no connection at all, an unknown host included; reset is an end before any header; timeout is
    silence, or an answer that was not whole in time; other is everything else, such as half a body.
    """

    def __init__(self, reason: str, was_sent: bool, kind: Kind = "other") -> None:
        super().__init__(reason)
        self.reason = reason
        self.was_sent = was_sent
        self.kind = kind


class Http:
    """Keeps connections between calls; for one thread, but for `cut`. timeout_s may be set between two calls."""

    def __init__(self, timeout_s: float) -> None:
        self._session = requests.Session()
        self._session.auth = _as_it_is
        self._wire = _Wire()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._wire))
        self._ended_at_s = 0.0
        self.timeout_s = timeout_s

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None, json: Mapping[str, Any] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer, whatever its status. Raises HttpTrouble, free of secrets."""
        body = orjson.dumps(json) if json is not None else None
        content = {"content-type": "application/json; charset=utf-8"} if json is not None else {}
        return self._tried(method, url, {**content, **(headers or {})}, params, body)

    def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], params: Mapping[str, str] | None = None
    ) -> Answer:
        """As `call`, for a body that is sent byte for byte; headers say what it is."""
        return self._tried("POST", url, headers, params, body)

    def cut(self) -> None:
        """Ends the call under way, and every later one before it sends anything. From any thread."""
        self._wire.cut()

    def _tried(
        self, method: str, url: str, headers: Mapping[str, str], params: Mapping[str, str] | None, body: bytes | None
    ) -> Answer:
        self._wire.has_written = False
        self._drop_idle()
        try:
            return self._answered(method, url, headers, params, body)
        except (requests.RequestException, HTTPError) as problem:
            trouble = HttpTrouble(_reason(problem), self._wire.has_written, _kind(problem))
        finally:
            self._ended_at_s = Clock().elapsed_s()
        if trouble.kind == "reset":
            self._session.close()  # a repeat must not meet another connection that died with this one
        # Raised here and not above: inside the except block the original, address and all, would hang on to it.
        raise trouble

    def _drop_idle(self) -> None:
        if Clock().elapsed_s() - self._ended_at_s > KEPT_S_MAX:
            self._session.close()

    def _answered(
        self, method: str, url: str, headers: Mapping[str, str], params: Mapping[str, str] | None, body: bytes | None
    ) -> Answer:
        until_s = Clock().elapsed_s() + self.timeout_s
        with self._session.request(
            method, url, headers=dict(headers), params=params, data=body,
            timeout=self.timeout_s, allow_redirects=False, stream=True,
        ) as response:  # fmt: skip
            return Answer(response.status_code, response.headers, _json(_read(response, until_s)))


class _Wire:
    """What is known of the connection in use: whether any of the request was written to it.

    Exceptions do not say: TLS fails before a request and in the middle of an answer with the same one.
    """

    def __init__(self) -> None:
        self.has_written = False
        self._is_cut = False
        self._socket: socket.socket | None = None

    def write(self, connection: HTTPConnection) -> None:
        """The next bytes on `connection`, which is connected now, are of the request."""
        if connection.sock is None:
            connection.connect()
        self._socket = connection.sock if isinstance(connection.sock, socket.socket) else None
        if self._is_cut:
            raise ConnectionAbortedError
        self.has_written = True

    def cut(self) -> None:
        """Ends it under whoever reads it; closing would not."""
        self._is_cut = True
        if self._socket:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # a TLS socket's own takes its TLS off first


class _Adapter(HTTPAdapter):
    """Connections that tell `wire` what they do."""

    def __init__(self, wire: _Wire) -> None:
        self._pools = _pools(wire)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(wire: _Wire) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def connect(self) -> None:
            try:
                super().connect()
            finally:
                wire.has_written = False  # what went before was for a proxy

        def send(self, data: Any) -> None:
            wire.write(self)
            super().send(data)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            try:
                super().connect()
            finally:
                wire.has_written = False

        def send(self, data: Any) -> None:
            wire.write(self)
            super().send(data)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without any `auth`, requests would replace our token by a password from the user's ~/.netrc."""
    return request


def _read(response: requests.Response, until_s: float) -> bytes:
    """The body, whole. The library's own time-out is between two pieces, and a trickle would go on for ever."""
    clock, body = Clock(), b""
    while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise requests.exceptions.ContentDecodingError(f"more than {BODY_BYTES_MAX} bytes")
        if clock.elapsed_s() > until_s:
            raise requests.ReadTimeout
    return body


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(problem: Exception) -> str:
    """The kind of trouble in words; the exception's own text holds the address."""
    if isinstance(problem, requests.ConnectTimeout):
        return "no connection in time"
    if _kind(problem) == "other":
        return type(problem).__name__
    return "no answer in time" if _kind(problem) == "timeout" else "connection refused or lost"


def _kind(problem: Exception) -> Kind:
    inner = _inner(problem)
    if isinstance(problem, requests.ConnectTimeout) or isinstance(inner, NewConnectionError):
        return "refused"
    if isinstance(problem, requests.Timeout | ReadTimeoutError) or isinstance(inner, ReadTimeoutError):
        return "timeout"
    return "reset" if isinstance(inner, ProtocolError) else "other"


def _inner(problem: Exception) -> object:
    """What a ConnectionError of requests is about; urllib3's retries wrap it once more."""
    inner = problem.args[0] if isinstance(problem, requests.ConnectionError) and problem.args else None
    return getattr(inner, "reason", inner)
