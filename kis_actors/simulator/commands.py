"""The WebSocket's commands without the socket: one message in, one acknowledgement out, registrations kept."""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

REGISTRATIONS_MAX = 41
NO_NAME = "(null)"
"""What KIS writes for tr_id when an answer is about the session or the message as a whole."""
CUSTOMER_TYPES = ("P", "B")
REGISTER, UNREGISTER = "1", "2"

TEXTS = {
    "OPSP0000": "SUBSCRIBE SUCCESS",
    "OPSP0001": "UNSUBSCRIBE SUCCESS",
    "OPSP0002": "ALREADY IN SUBSCRIBE",
    "OPSP0003": "UNSUBSCRIBE ERROR (not found!)",
    "OPSP0007": "SUBSCRIBE INTERNAL ERROR",
    "OPSP0008": "MAX SUBSCRIBE OVER",
    "OPSP0009": "SUBSCRIBE ERROR : mci send failed",
    "OPSP0010": "SUBSCRIBE WARNING : invalid appkey",
    "OPSP0011": "invalid approval : NOT FOUND",
    "OPSP8991": "SUBSCRIBE ERROR : invalid tr_id",
    "OPSP8992": "SUBSCRIBE ERROR : invalid tr_key",
    "OPSP8993": "JSON PARSING ERROR : invalid tr_key",
    "OPSP8994": "JSON PARSING ERROR : personalseckey not found",
    "OPSP8995": "JSON PARSING ERROR : appsecret not found",
    "OPSP8996": "ALREADY IN USE appkey",
    "OPSP8997": "JSON PARSING ERROR : invalid tr_type",
    "OPSP8998": "JSON PARSING ERROR : invalid custtype",
    "OPSP8999": "resource not available (ALLOC_CALL_PARAM)",
    "OPSP9990": "JSON PARSING ERROR : tr_key not found",
    "OPSP9991": "JSON PARSING ERROR : input not found",
    "OPSP9992": "JSON PARSING ERROR : body not found",
    "OPSP9993": "JSON PARSING ERROR : internal error",
    "OPSP9994": "JSON PARSING ERROR : INVALID appkey",
    "OPSP9995": "JSON PARSING ERROR : resource not available",
    "OPSP9996": "JSON PARSING ERROR : appkey",
    "OPSP9997": "JSON PARSING ERROR : custtype not found",
    "OPSP9998": "JSON PARSING ERROR : header not found",
    "OPSP9999": "JSON PARSING ERROR : invalid json format",
}
_RT_CODES = {"OPSP0000": "0", "OPSP0001": "0", "OPSP8996": "9"}
_LAST_NAMED = "OPSP8992"
"""Codes up to this one are about one registration and name it; the others are about the session or the message."""


class Registrations:
    """What one session has registered, and for which app key.

    since_s: by (feed, code), the second of the day it was registered.
    iv, key: sent with every confirmation, the same all through a session.
    """

    def __init__(self, *, iv: str, key: str) -> None:
        self.iv = iv
        self.key = key
        self.app_key: str | None = None
        self.since_s: dict[tuple[str, str], int] = {}


class Desk(NamedTuple):
    """What a command needs to know of the server.

    app_key_of: the app key that got an approval key, if any. holder_of: the session that uses an app key, if any.
    now_s: second of the day; trades up to it are past when a code is registered.
    trouble: the code that every command is answered with just now, whatever it asks; "" in good times.
    """

    feeds: tuple[str, ...]
    codes: frozenset[str]
    app_key_of: Callable[[str], str | None]
    holder_of: Callable[[str], Registrations | None]
    now_s: Callable[[], int]
    trouble: Callable[[], str]


def is_pingpong(message: str | bytes) -> bool:
    """Whether the client echoed the server's PINGPONG."""
    header = _part(_parsed(message), "header")
    return header is not None and header.get("tr_id") == "PINGPONG"


def acknowledge(message: str | bytes, registrations: Registrations, desk: Desk) -> str:
    """Does what the message asks, as far as KIS would, and says what KIS would say."""
    command = _parsed(message) if isinstance(message, str) else None
    header, wanted = _part(command, "header") or {}, _part(_part(command, "body"), "input") or {}
    code = _malformed(command) or desk.trouble() or _refusal(header, wanted, registrations, desk)
    if code is None:
        code = _carry_out(header["tr_type"], (wanted["tr_id"], wanted["tr_key"]), registrations, desk.now_s())
    return _ack(code, wanted, registrations)


def _malformed(command: Any) -> str | None:
    """The first thing that is missing or of another kind."""
    header, body = _part(command, "header"), _part(command, "body")
    wanted = _part(body, "input")
    checks = (
        (isinstance(command, dict), "OPSP9999"),
        (header is not None, "OPSP9998"),
        ("custtype" in (header or {}), "OPSP9997"),
        (body is not None, "OPSP9992"),
        (wanted is not None, "OPSP9991"),
        ("tr_key" in (wanted or {}), "OPSP9990"),
        (isinstance((wanted or {}).get("tr_key"), str), "OPSP8993"),
    )
    return next((code for is_right, code in checks if not is_right), None)


def _refusal(header: dict[str, Any], wanted: dict[str, Any], registrations: Registrations, desk: Desk) -> str | None:
    """Why KIS would not look at the registration itself; without a reason the app key is taken into use."""
    if header["custtype"] not in CUSTOMER_TYPES:
        return "OPSP8998"
    if header.get("tr_type") not in (REGISTER, UNREGISTER):
        return "OPSP8997"
    app_key = desk.app_key_of(str(header.get("approval_key")))
    if app_key is None:
        return "OPSP0011"
    if desk.holder_of(app_key) not in (None, registrations):
        return "OPSP8996"
    registrations.app_key = app_key
    if wanted.get("tr_id") not in desk.feeds:
        return "OPSP8991"
    return None if wanted["tr_key"] in desk.codes else "OPSP8992"


def _carry_out(tr_type: str, feed_and_code: tuple[str, str], registrations: Registrations, now_s: int) -> str:
    is_registered = feed_and_code in registrations.since_s
    if tr_type == UNREGISTER:
        registrations.since_s.pop(feed_and_code, None)
        return "OPSP0001" if is_registered else "OPSP0003"
    if is_registered:
        return "OPSP0002"
    if len(registrations.since_s) >= REGISTRATIONS_MAX:
        return "OPSP0008"
    registrations.since_s[feed_and_code] = now_s
    return "OPSP0000"


def _ack(code: str, wanted: dict[str, Any], registrations: Registrations) -> str:
    is_named = code <= _LAST_NAMED
    header = {
        "tr_id": _text(wanted.get("tr_id")) if is_named else NO_NAME,
        "tr_key": _text(wanted.get("tr_key")) if is_named else "",
        "encrypt": "N",
    }
    body: dict[str, Any] = {"rt_cd": _RT_CODES.get(code, "1"), "msg_cd": code, "msg1": TEXTS[code]}
    if code == "OPSP0000":
        body["output"] = {"iv": registrations.iv, "key": registrations.key}
    return orjson.dumps({"header": header, "body": body}).decode()


def _parsed(message: str | bytes) -> Any:
    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError:
        return None


def _part(value: Any, name: str) -> dict[str, Any] | None:
    part = value.get(name) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else NO_NAME
