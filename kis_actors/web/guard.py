"""Who may ask the page, and what a browser may do with its answers: checked before anything is answered.

A page on loopback can be reached by every web site its reader visits: by name (DNS rebinding), by image or form.
"""

import base64
import binascii
import hmac
import ipaddress
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kis_actors.credentials import TOKEN_VARIABLE

TOKEN_LENGTH_MIN = 16
POSTS = ("/api/what-if",)
"""The only places that take a POST; it works something out, and changes nothing."""
HEADERS = {
    "content-security-policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Unsafe(ValueError):
    """The page would be open to others without a token; says what to write."""


class Bound(NamedTuple):
    """Where the page is served, and the token that opens it, "" on loopback where none is needed."""

    host: str
    token: str = ""


def bound(host: str, token: str) -> Bound:
    """The place to serve at. Raises Unsafe for one that others can reach, unless a token that is long enough is set."""
    if token and len(token) < TOKEN_LENGTH_MIN:
        raise Unsafe(f"{TOKEN_VARIABLE}: expected {TOKEN_LENGTH_MIN} characters or more, found {len(token)}")
    if not token and not is_loopback(host):
        raise Unsafe(
            f"web.host: expected a loopback address, such as 127.0.0.1, found {host}, which others can reach; "
            f"write 127.0.0.1, or set a token of {TOKEN_LENGTH_MIN} characters or more in {TOKEN_VARIABLE}"
        )
    return Bound(host, token)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


class Guard:
    """Lets through what may be asked, and gives every answer the headers that bind a browser."""

    def __init__(self, app: ASGIApp, place: Bound) -> None:
        self._app, self._place = app, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))

        async def send_bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await (refusal or self._app)(scope, receive, send_bound)

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        """Why not, as an answer; None if it may be asked."""
        if not self._is_known_host(headers.get("host", "")):
            return PlainTextResponse("unknown host: open the page by its address\n", 421)
        if method not in ("GET", "HEAD") and not (method == "POST" and path in POSTS):
            return PlainTextResponse("read-only\n", 405, {"allow": "GET, HEAD"})
        if headers.get("sec-fetch-site") == "cross-site" and not _is_visit(headers, path):
            return PlainTextResponse("asked by another site\n", 403)
        if method == "POST" and not _is_own_post(headers):
            return PlainTextResponse("expected JSON from this page\n", 403)
        if self._place.token and not self._has_token(headers.get("authorization", "")):
            return PlainTextResponse("the token, as password\n", 401, {"www-authenticate": 'Basic realm="kis-actors"'})
        return None

    def _is_known_host(self, host: str) -> bool:
        """An address cannot be rebound, and a name only if it is not one of these. Not on loopback: any address."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
        name = name.strip("[]").lower()
        if is_loopback(self._place.host):
            return is_loopback(name)
        return is_loopback(name) or name == self._place.host.lower() or _address(name) is not None

    def _has_token(self, authorization: str) -> bool:
        """As the password of HTTP Basic, which a browser asks for, or as a bearer's."""
        kind, _, said = authorization.partition(" ")
        if kind.lower() == "basic":
            try:
                said = base64.b64decode(said, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif kind.lower() != "bearer":
            return False
        return hmac.compare_digest(said.encode(), self._place.token.encode())


def _is_visit(headers: Headers, path: str) -> bool:
    """A person followed a link to the page; that shows it nothing but itself."""
    return path == "/" and headers.get("sec-fetch-mode") == "navigate"


def _is_own_post(headers: Headers) -> bool:
    """Another site's form cannot send JSON, and a browser says whose page asks."""
    is_json = headers.get("content-type", "").partition(";")[0].strip() == "application/json"
    origin = headers.get("origin")
    return is_json and (origin is None or origin.partition("://")[2] == headers.get("host"))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
