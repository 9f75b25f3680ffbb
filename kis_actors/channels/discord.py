"""Alerts by a Discord webhook; nobody is mentioned, whatever a name says, and names are not read as markup."""

import re
from typing import Any

import orjson
from msgspec.structs import replace
from urllib3.filepost import encode_multipart_formdata

from kis_actors.adapters.http import Answer, Http, HttpTrouble
from kis_actors.channels.attachments import Draw, Pictures, PngFile
from kis_actors.channels.lengths import cut_escaped
from kis_actors.channels.outcomes import RETRY_S_MAX, no_answer, not_taken, seconds_of
from kis_actors.messages import NotifyRequested
from kis_actors.ports import Outcome

TEXT_CHARS_MAX = 2000
"""Discord counts code points, says discord-api-docs#1315."""
SUPPRESS_NOTIFICATIONS = 4096
_ADDRESS = r"(?:https?|steam)://[^\s<]+[^\s<.,:;\"')\]][.,:;\"')\]]*(?!\S)"
"""What Discord makes a link of; a backslash in it, or right behind it, would be seen."""
_ITEM = r"^[ \t]*(?:[-+]|\d+(?=\.))(?=\.?\s)"
_TIME = r"\d\d?(?::\d\d){1,2}(?=[^\s:]*(?:\s|$))"
_MARKUP = re.compile(rf"(?P<plain>{_ADDRESS}|{_TIME})|(?P<item>{_ITEM})|:(?=\S)|[\\*_~`|<>\[\]#]", re.MULTILINE)
"""A colon too: Discord makes a picture of :x:, even when a program says it."""


class DiscordChannel:
    """One webhook. Its address is the secret, so it may not be shown."""

    name = "discord"

    def __init__(self, webhook_url: str, http: Http, *, draw: Draw | None = None) -> None:
        self._url = webhook_url
        self._http = http
        self._pictures = Pictures(draw)

    def send(self, question: NotifyRequested) -> Outcome:
        """Tries once; `wait` makes Discord say whether it took the message."""
        picture = self._pictures.of(question)
        try:
            answer = self._send(_message(question), picture)
        except HttpTrouble as trouble:
            return no_answer(trouble)
        outcome = outcome_of(answer)
        return self._pictures.refused(answer, outcome) if picture else outcome

    def _send(self, message: dict[str, Any], picture: PngFile | None) -> Answer:
        if not picture:
            return self._http.call("POST", self._url, params={"wait": "true"}, json=message)
        fields = {"payload_json": ("", orjson.dumps(message), "application/json"), "files[0]": picture}
        body, content_type = encode_multipart_formdata(fields)
        return self._http.post(self._url, body, headers={"content-type": content_type}, params={"wait": "true"})


def _message(question: NotifyRequested) -> dict[str, Any]:
    content = cut_escaped(escaped(question.text), TEXT_CHARS_MAX)
    silence = {"flags": SUPPRESS_NOTIFICATIONS} if question.is_silent else {}
    return {"content": content, "allowed_mentions": {"parse": []}, **silence}


def escaped(text: str) -> str:
    """`text` so that Discord shows it as it is; addresses stay as they are, so that they remain links."""
    return _MARKUP.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    """One piece of markup: a list's bullet or number has its backslash before its last sign."""
    whole = found[0]
    if found["plain"]:
        return whole
    if found["item"] and whole[-1].isdigit():
        return f"{whole}\\"
    return f"{whole[:-1]}\\{whole[-1]}"


def outcome_of(answer: Answer) -> Outcome:
    """What Discord's answer says, and when its bucket takes the next message."""
    pause_s = _bucket_s(answer)
    if answer.status == 204 or (answer.status == 200 and answer.body.get("id")):
        return Outcome(status="sent", message_id=str(answer.body.get("id", "")), pause_s=pause_s)
    outcome = not_taken(answer, answer.body.get("message"), answer.body.get("retry_after"))
    return replace(outcome, pause_s=max(outcome.pause_s, pause_s))


def _bucket_s(answer: Answer) -> float:
    """Seconds until the bucket has room again; 0 while it has."""
    if answer.headers.get("X-RateLimit-Remaining") != "0":
        return 0.0
    return min(max(seconds_of(answer.headers.get("X-RateLimit-Reset-After")) or 0.0, 0.0), RETRY_S_MAX)
