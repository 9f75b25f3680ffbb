"""Alerts by a Telegram bot, as plain text: no markup, so that F&F and A_B*[x] arrive as written."""

from kis_actors.adapters.http import Answer, Http, HttpTrouble
from kis_actors.ports import Outcome

TEXT_CHARS_MAX = 4096


class TelegramChannel:
    """One chat of one bot. The token is part of the address, so no address may be shown."""

    name = "telegram"

    def __init__(self, api_url: str, token: str, chat_id: str, http: Http) -> None:
        self._url = f"{api_url.rstrip('/')}/bot{token}/sendMessage"
        self._chat_id = chat_id
        self._http = http

    def send(self, text: str) -> Outcome:
        """Tries once."""
        message = {
            "chat_id": self._chat_id,
            "text": text[:TEXT_CHARS_MAX],
            "link_preview_options": {"is_disabled": True},
        }
        try:
            return outcome_of(self._http.call("POST", self._url, json=message))
        except HttpTrouble as trouble:
            return Outcome(status="unknown" if trouble.was_sent else "failed", reason=trouble.reason)


def outcome_of(answer: Answer) -> Outcome:
    """What Telegram's answer says; a refusal is certain, an error of the server or a broken answer is not."""
    result = answer.body.get("result")
    if answer.status == 200 and isinstance(result, dict):
        return Outcome(status="sent", message_id=str(result.get("message_id", "")))
    description = str(answer.body.get("description", ""))[:200]
    status = "unknown" if answer.status >= 500 or answer.status == 200 else "failed"
    return Outcome(status=status, reason=f"HTTP {answer.status} {description}".strip())
