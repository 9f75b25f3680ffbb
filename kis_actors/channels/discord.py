"""Alerts by a Discord webhook; nobody is mentioned, whatever a name says, and names are not read as markup."""

import re

from kis_actors.adapters.http import Answer, Http, HttpTrouble
from kis_actors.ports import Outcome

TEXT_CHARS_MAX = 2000
_MARKUP = re.compile(r"([\\*_~`|<>\[\]#])")


class DiscordChannel:
    """One webhook. Its address is the secret, so it may not be shown."""

    name = "discord"

    def __init__(self, webhook_url: str, http: Http) -> None:
        self._url = webhook_url
        self._http = http

    def send(self, text: str) -> Outcome:
        """Tries once; `wait` makes Discord say whether it took the message."""
        message = {"content": escaped(text)[:TEXT_CHARS_MAX], "allowed_mentions": {"parse": []}}
        try:
            return outcome_of(self._http.call("POST", self._url, params={"wait": "true"}, json=message))
        except HttpTrouble as trouble:
            return Outcome(status="unknown" if trouble.was_sent else "failed", reason=trouble.reason)


def escaped(text: str) -> str:
    """`text` so that Discord shows it as it is; addresses stay as they are, so that they remain links."""
    words = re.split(r"(\s+)", text)
    return "".join(word if word.startswith("https://") else _MARKUP.sub(r"\\\1", word) for word in words)


def outcome_of(answer: Answer) -> Outcome:
    """What Discord's answer says; a refusal is certain, an error of the server is not."""
    if answer.status in (200, 204):
        return Outcome(status="sent", message_id=str(answer.body.get("id", "")))
    description = str(answer.body.get("message", ""))[:200]
    status = "unknown" if answer.status >= 500 else "failed"
    return Outcome(status=status, reason=f"HTTP {answer.status} {description}".strip())
