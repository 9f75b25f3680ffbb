"""The JSON messages of the WebSocket: what KIS acknowledges and asks, what we ask, and which parts are secrets."""

import re
from enum import StrEnum, auto
from typing import Literal

import msgspec
import orjson
from msgspec import Struct

from kis_actors.kis.errors import one_line


class Acknowledgement(Struct, frozen=True):
    """KIS's answer to a command, or its word about the whole session.

    tr_id, code: the subscription it speaks of; "" where KIS sent nothing or "(null)", as for a whole session.
    msg_cd: decides, see meaning_of; rt_cd "0" is success, but other values do not tell failures apart.
    All are put on one line without control characters; text are KIS's words.
    """

    tr_id: str
    code: str
    msg_cd: str
    text: str
    rt_cd: str


class PingPong(Struct, frozen=True):
    """KIS asks whether anyone is there; whoever reads it must send the same text back.

    sent_at: YYYYMMDDHHMMSS, KST, as it came.
    """

    sent_at: str


class ControlError(ValueError):
    """A control message that is not what KIS documents."""


class Meaning(StrEnum):
    """What an acknowledgement says about the subscription or the session."""

    subscribed = auto()
    released = auto()
    retry_later = auto()
    capacity = auto()
    """KIS counts more subscriptions than it allows, so our count is wrong."""
    new_key = auto()
    """The approval key is not known: get another, then connect again."""
    in_use = auto()
    """Another session holds the appkey: wait long, tell a person."""
    drop_key = auto()
    """This feed and code will never work: do not ask again."""
    fatal = auto()
    bug = auto()
    unknown = auto()


MEANINGS = {
    "OPSP0000": Meaning.subscribed,  # SUBSCRIBE SUCCESS
    "OPSP0001": Meaning.released,  # UNSUBSCRIBE SUCCESS
    "OPSP0002": Meaning.subscribed,  # ALREADY IN SUBSCRIBE; as an error it would be asked for without end
    "OPSP0003": Meaning.released,  # UNSUBSCRIBE ERROR (not found!)
    "OPSP0007": Meaning.retry_later,  # SUBSCRIBE INTERNAL ERROR
    "OPSP0008": Meaning.capacity,  # MAX SUBSCRIBE OVER
    "OPSP0009": Meaning.retry_later,  # SUBSCRIBE ERROR : mci send failed
    "OPSP0010": Meaning.fatal,  # SUBSCRIBE WARNING : invalid appkey
    "OPSP0011": Meaning.new_key,  # invalid approval(appkey) : NOT FOUND
    "OPSP8991": Meaning.drop_key,  # invalid tr_id
    "OPSP8992": Meaning.drop_key,  # invalid tr_key
    "OPSP8993": Meaning.drop_key,  # JSON: invalid tr_key
    "OPSP8994": Meaning.bug,  # personalseckey not found
    "OPSP8995": Meaning.bug,  # appsecret not found
    "OPSP8996": Meaning.in_use,  # ALREADY IN USE appkey
    "OPSP8997": Meaning.bug,  # invalid tr_type
    "OPSP8998": Meaning.bug,  # invalid custtype
    "OPSP8999": Meaning.retry_later,  # resource not available
    "OPSP9990": Meaning.bug,  # tr_key not found
    "OPSP9991": Meaning.bug,  # input not found
    "OPSP9992": Meaning.bug,  # body not found
    "OPSP9993": Meaning.retry_later,  # internal error
    "OPSP9994": Meaning.fatal,  # INVALID appkey
    "OPSP9995": Meaning.retry_later,  # resource not available
    "OPSP9996": Meaning.fatal,  # appkey
    "OPSP9997": Meaning.bug,  # custtype not found
    "OPSP9998": Meaning.bug,  # header not found
    "OPSP9999": Meaning.bug,  # invalid json format
}
"""By msg_cd."""


class _Header(Struct):
    tr_id: str | None = None
    tr_key: str | None = None
    datetime: str = ""


class _Body(Struct):
    msg_cd: str
    rt_cd: str = ""
    msg1: str = ""


class _Message(Struct):
    header: _Header
    body: _Body | None = None


def meaning_of(msg_cd: str) -> Meaning:
    """What `msg_cd` says; unknown if KIS never documented it."""
    return MEANINGS.get(msg_cd, Meaning.unknown)


def control_of(text: str) -> Acknowledgement | PingPong:
    """The message in `text`; raises ControlError."""
    message = _message_of(text)
    if message.header.tr_id == "PINGPONG":
        return PingPong(one_line(message.header.datetime))
    if message.body is None:
        raise ControlError(f"control message: expected a body, found none; its tr_id is {message.header.tr_id!a:.20}")
    return Acknowledgement(
        tr_id=_named(message.header.tr_id),
        code=_named(message.header.tr_key),
        msg_cd=one_line(message.body.msg_cd),
        text=one_line(message.body.msg1),
        rt_cd=one_line(message.body.rt_cd),
    )


def subscribe_message(approval_key: str, tr_id: str, code: str) -> str:
    """The text that asks for `tr_id` of `code`. Holds a secret: log it only through without_secrets."""
    return _command("1", approval_key, tr_id, code)


def unsubscribe_message(approval_key: str, tr_id: str, code: str) -> str:
    """The text that gives `tr_id` of `code` back. Holds a secret: log it only through without_secrets."""
    return _command("2", approval_key, tr_id, code)  # "0", as some official samples say, leaves the slot taken


_SECRET = re.compile(
    r'("(?:iv|key|approval_key|appkey|appsecret|secretkey|access_token)"\s*:\s*")[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL
)


def without_secrets(text: str) -> str:
    """`text` with the value of every secret in it as ***, the rest as it came, also if the JSON is cut short."""
    return _SECRET.sub(r"\1***", text)


def _message_of(text: str) -> _Message:
    try:
        return msgspec.convert(orjson.loads(text), _Message)
    except orjson.JSONDecodeError as problem:
        raise ControlError(
            f"control message: expected JSON, found {without_secrets(text)[:20]!a}: {problem.msg}"
        ) from None
    except msgspec.ValidationError as problem:
        raise ControlError(f"control message: {problem}") from None


def _named(text: str | None) -> str:
    return "" if text is None or text == "(null)" else one_line(text)


def _command(tr_type: Literal["1", "2"], approval_key: str, tr_id: str, code: str) -> str:
    header = {"approval_key": approval_key, "custtype": "P", "tr_type": tr_type, "content-type": "utf-8"}
    return orjson.dumps({"header": header, "body": {"input": {"tr_id": tr_id, "tr_key": code}}}).decode()
