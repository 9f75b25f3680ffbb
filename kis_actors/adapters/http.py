"""One HTTP call, with limits. Its errors never carry an address, a header or a body: those hold keys and tokens."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import orjson
import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError

from kis_actors.adapters.clock import Clock

BODY_BYTES_MAX = 4_000_000
CHUNK_BYTES = 65_536

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
    """Keeps connections between calls; for one thread. timeout_s may be set between two calls."""

    def __init__(self, timeout_s: float) -> None:
        self._session = requests.Session()
        self._session.auth = _as_it_is
        self.timeout_s = timeout_s

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None, json: Mapping[str, Any] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer, whatever its status. Raises HttpTrouble, free of secrets."""
        try:
            return self._call(method, url, headers, params, json)
        except (requests.RequestException, HTTPError) as problem:
            trouble = HttpTrouble(_reason(problem), _was_sent(problem), _kind(problem))
        if trouble.kind == "reset":
            self._session.close()  # a repeat must not meet another connection that died with this one
        # Raised here and not above: inside the except block the original, address and all, would hang on to it.
        raise trouble

    def _call(
        self, method: str, url: str, headers: Mapping[str, str] | None, params: Mapping[str, str] | None, json: Any
    ) -> Answer:
        until_s = Clock().elapsed_s() + self.timeout_s
        data = orjson.dumps(json) if json is not None else None
        content = {"content-type": "application/json; charset=utf-8"} if json is not None else {}
        with self._session.request(
            method, url, headers={**content, **(headers or {})}, params=params, data=data,
            timeout=self.timeout_s, allow_redirects=False, stream=True,
        ) as response:  # fmt: skip
            return Answer(response.status_code, dict(response.headers), _json(_read(response, until_s)))


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


def _was_sent(problem: Exception) -> bool:
    never = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.InvalidURL)
    return not isinstance(problem, never) and not isinstance(_inner(problem), NewConnectionError)


def _inner(problem: Exception) -> object:
    """What a ConnectionError of requests is about; urllib3's retries wrap it once more."""
    inner = problem.args[0] if isinstance(problem, requests.ConnectionError) and problem.args else None
    return getattr(inner, "reason", inner)
