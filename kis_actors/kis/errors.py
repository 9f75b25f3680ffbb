"""What a REST answer of KIS means for whoever asked: the table of its codes, and one safe line about it.

KIS refuses with any HTTP status (a rate limit is a 500), so the code in the body decides and the status comes last.
"""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Any

LINE_CHARS_MAX = 200


class Treatment(StrEnum):
    """What to do with an answer."""

    ok = auto()
    backoff = auto()
    """Asked too often: wait, then ask again more slowly."""
    renew_token = auto()
    """Drop the token, get another, ask once more."""
    wait_for_token = auto()
    """A token may be issued once a minute: wait 61 s or more."""
    retry = auto()
    """Trouble at KIS that passes."""
    fatal = auto()
    """The keys or their rights are wrong; asking again cannot help."""
    configuration = auto()
    """Not available to this account or in this environment."""
    bug = auto()
    """This program asked wrongly."""
    unknown = auto()


TREATMENTS = {
    "MCA00000": Treatment.ok,
    "EGW00001": Treatment.retry,  # transient error
    "EGW00002": Treatment.retry,  # server error
    "EGW00003": Treatment.fatal,  # access denied
    "EGW00004": Treatment.fatal,  # no permission
    "EGW00101": Treatment.fatal,  # invalid request
    "EGW00102": Treatment.fatal,  # appkey missing
    "EGW00103": Treatment.fatal,  # appkey invalid
    "EGW00104": Treatment.fatal,  # appsecret missing
    "EGW00105": Treatment.fatal,  # appsecret invalid
    "EGW00115": Treatment.fatal,  # grant_type missing
    "EGW00116": Treatment.fatal,  # grant_type unsupported
    "EGW00121": Treatment.renew_token,  # token invalid
    "EGW00122": Treatment.renew_token,  # token not found
    "EGW00123": Treatment.renew_token,  # token expired
    "EGW00131": Treatment.bug,  # hashkey invalid; only orders carry one
    "EGW00132": Treatment.bug,  # content-type invalid
    "EGW00133": Treatment.wait_for_token,  # more than one token a minute
    "EGW00201": Treatment.backoff,  # calls per second
    "EGW00202": Treatment.retry,  # gateway routing
    "EGW00203": Treatment.retry,  # OPS routing
    "EGW00205": Treatment.bug,  # Bearer missing
    "EGW00206": Treatment.fatal,  # no right to use the API
    "EGW00207": Treatment.fatal,  # IP address missing or invalid
    "EGW00208": Treatment.bug,  # custtype invalid
    "EGW00213": Treatment.configuration,  # not a TR of paper trading
    "EGW00215": Treatment.backoff,  # calls per second, ledger system
    "EGW00300": Treatment.retry,  # gateway routing
    "EGW00301": Treatment.retry,  # connect timeout
    "EGW00302": Treatment.retry,  # transaction timeout
    "EGW00303": Treatment.fatal,  # access denied
    "EGW00304": Treatment.fatal,  # appsecret is not this customer's
    "OPSQ0002": Treatment.bug,  # unknown service code
    "OPSQ1002": Treatment.retry,  # session connect error
    "OPSQ2000": Treatment.configuration,  # account check failed
    "OPSQ2001": Treatment.bug,  # invalid market code
    "OPSQ2002": Treatment.bug,  # length of a field, such as a bad code
    "OPSQ9995": Treatment.bug,  # JSON or header not understood, to OPSQ9999
    "OPSQ9996": Treatment.bug,
    "OPSQ9997": Treatment.bug,
    "OPSQ9998": Treatment.bug,
    "OPSQ9999": Treatment.bug,
}
"""By msg_cd, or error_code where a token was asked for."""


def treatment_of(status: int, body: Mapping[str, Any]) -> Treatment:
    """What the answer with HTTP `status` and this JSON `body` means; unknown where nothing tells."""
    code = _code_of(body)
    if TREATMENTS.get(code, Treatment.ok) is not Treatment.ok:
        return TREATMENTS[code]
    if _is_success(body, code, 200 <= status < 300):
        return Treatment.ok
    if status == 429:
        return Treatment.backoff
    return Treatment.retry if status >= 500 and not code else Treatment.unknown


def describe(body: Mapping[str, Any]) -> str:
    """The code and the words of an answer as one line that is safe to log and show."""
    words = _text(body, "msg1") or _text(body, "error_description") or _text(body, "message")
    return one_line(f"{_code_of(body)} {words}") or "no code and no message"


def one_line(text: str) -> str:
    """`text` on one line without control characters, at most LINE_CHARS_MAX characters."""
    head = text[: 10 * LINE_CHARS_MAX]
    shown = "".join(char for char in head if char.isprintable() or char.isspace())
    return " ".join(shown.split())[:LINE_CHARS_MAX].strip()


def _is_success(body: Mapping[str, Any], code: str, is_2xx: bool) -> bool:
    """Data answers say rt_cd 0 under the code MCA00000 or KIOK and a number; an issued token or key says neither."""
    rt_cd = _text(body, "rt_cd")
    if rt_cd:
        return rt_cd == "0" and (is_2xx or code == "MCA00000" or code.startswith("KIOK"))
    is_issued = "access_token" in body or "approval_key" in body
    return code == "MCA00000" or (is_2xx and is_issued)


def _code_of(body: Mapping[str, Any]) -> str:
    return _text(body, "msg_cd") or _text(body, "error_code")


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""
