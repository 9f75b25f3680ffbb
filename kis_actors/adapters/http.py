"""One HTTP call, with limits. Its errors never carry an address, a header or a body: those hold keys and tokens."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
import requests
from urllib3.exceptions import NewConnectionError

BODY_BYTES_MAX = 4_000_000
CHUNK_BYTES = 65_536


class Answer(NamedTuple):
    """An answer. body: its JSON object, {} if it was none."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]


class HttpTrouble(Exception):
    """No answer came. was_sent: whether the request may have reached the other side all the same."""

    def __init__(self, reason: str, was_sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.was_sent = was_sent


class Http:
    """Keeps connections between calls; for one thread."""

    def __init__(self, timeout_s: float) -> None:
        self._session = requests.Session()
        self._session.auth = _as_it_is
        self._timeout_s = timeout_s

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None, json: Mapping[str, Any] | None = None,
    ) -> Answer:  # fmt: skip
        """The answer, whatever its status. Raises HttpTrouble, free of secrets."""
        try:
            return self._call(method, url, headers, params, json)
        except requests.RequestException as problem:
            trouble = HttpTrouble(_reason(problem), _was_sent(problem))
        # Raised here and not above: inside the except block the original, address and all, would hang on to it.
        raise trouble

    def _call(
        self, method: str, url: str, headers: Mapping[str, str] | None, params: Mapping[str, str] | None, json: Any
    ) -> Answer:
        data = orjson.dumps(json) if json is not None else None
        content = {"content-type": "application/json; charset=utf-8"} if json is not None else {}
        with self._session.request(
            method, url, headers={**content, **(headers or {})}, params=params, data=data,
            timeout=self._timeout_s, allow_redirects=False, stream=True,
        ) as response:  # fmt: skip
            return Answer(response.status_code, dict(response.headers), _json(_read(response)))


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without any `auth`, requests would replace our token by a password from the user's ~/.netrc."""
    return request


def _read(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise requests.exceptions.ContentDecodingError(f"more than {BODY_BYTES_MAX} bytes")
    return body


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(problem: requests.RequestException) -> str:
    """The kind of trouble in words; the exception's own text holds the address."""
    if isinstance(problem, requests.Timeout):
        return "no connection in time" if isinstance(problem, requests.ConnectTimeout) else "no answer in time"
    return "connection refused or lost" if isinstance(problem, requests.ConnectionError) else type(problem).__name__


def _was_sent(problem: requests.RequestException) -> bool:
    never = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.InvalidURL)
    if isinstance(problem, never):
        return False
    inner = problem.args[0] if problem.args else None
    return not isinstance(getattr(inner, "reason", None), NewConnectionError)
