"""Alerts by a Telegram bot, as plain text: no markup, so that F&F and A_B*[x] arrive as written."""

from collections import deque
from typing import Any

import orjson
from msgspec.structs import replace
from urllib3.filepost import encode_multipart_formdata

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Answer, Http, HttpTrouble
from kis_actors.channels.attachments import Draw, Pictures, PngFile
from kis_actors.channels.lengths import cut_to_units, utf16_units
from kis_actors.channels.outcomes import no_answer, not_taken
from kis_actors.messages import Button, NotifyRequested
from kis_actors.ports import Outcome

TEXT_UNITS_MAX = 4096
CAPTION_UNITS_MAX = 1024
BUTTON_BYTES_MAX = 64
BUTTONS_PER_ROW = 3


class TelegramChannel:
    """One chat of one bot, and the private chats of the people who may talk back: the only ones who get buttons.

    The token is part of the address, so no address may be shown.
    """

    name = "telegram"

    def __init__(
        self, api_url: str, token: str, chat_id: str, http: Http, *, draw: Draw | None = None,
        per_sec: float = 1.0, per_min: int = 20, clock: Clock | None = None, people: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self._people = people
        self._url = f"{api_url.rstrip('/')}/bot{token}"
        self._chat_id = chat_id
        self._http = http
        self._pictures = Pictures(draw)
        self._pace = Pace(per_sec, per_min, clock or Clock())

    def send(self, question: NotifyRequested) -> Outcome:
        """Tries once; with its picture, where the text fits under one."""
        if question.chat and not self._chat_of(question):
            return Outcome(status="failed", reason=f"nobody is number {question.chat} of TELEGRAM_USER_IDS any more")
        outcome = self._outcome(question)
        return replace(outcome, pause_s=max(outcome.pause_s, self._pace.pause_s()))

    def _outcome(self, question: NotifyRequested) -> Outcome:
        picture = self._pictures.of(question) if utf16_units(question.text) <= CAPTION_UNITS_MAX else None
        try:
            answer = self._send_photo(question, picture) if picture else self._send_message(question)
        except HttpTrouble as trouble:
            return no_answer(trouble)
        outcome = outcome_of(answer)
        return self._pictures.refused(answer, outcome) if picture else outcome

    def _send_message(self, question: NotifyRequested) -> Answer:
        text = {"text": cut_to_units(question.text, TEXT_UNITS_MAX), "link_preview_options": {"is_disabled": True}}
        return self._http.call("POST", f"{self._url}/sendMessage", json=self._addressed(question) | text)

    def _send_photo(self, question: NotifyRequested, picture: PngFile) -> Answer:
        message = self._addressed(question) | {"caption": question.text}
        fields = {name: value if isinstance(value, str) else orjson.dumps(value) for name, value in message.items()}
        body, content_type = encode_multipart_formdata({**fields, "photo": picture})
        return self._http.post(f"{self._url}/sendPhoto", body, headers={"content-type": content_type})

    def _addressed(self, question: NotifyRequested) -> dict[str, Any]:
        chat_id = self._chat_of(question)
        keyboard = keyboard_of(question.buttons) if chat_id in self._people else {}
        silence = {"disable_notification": True} if question.is_silent else {}
        return {"chat_id": chat_id, **silence, **({"reply_markup": keyboard} if keyboard else {})}


    def _chat_of(self, question: NotifyRequested) -> str:
        """Where it goes; "" for a person who is not on the list any more."""
        number = int(question.chat or 0)
        if not number:
            return self._chat_id
        return self._people[number - 1] if number <= len(self._people) else ""


class Pace:
    """How far apart messages are, so that Telegram refuses none."""

    def __init__(self, per_sec: float, per_min: int, clock: Clock) -> None:
        self._gap_s = 1 / per_sec
        self._clock = clock
        self._ended_at_s: deque[float] = deque(maxlen=per_min)

    def pause_s(self) -> float:
        """Notes that a message has just been sent; how long the next must wait."""
        now_s = self._clock.elapsed_s()
        self._ended_at_s.append(now_s)
        is_full = len(self._ended_at_s) == self._ended_at_s.maxlen
        return max(self._gap_s, self._ended_at_s[0] + 60 - now_s if is_full else 0.0)


def keyboard_of(buttons: tuple[Button, ...]) -> dict[str, Any]:
    """The buttons as Telegram wants them; one that it would refuse, and the message with it, is left out."""
    fitting = [button for button in buttons if button.label and 1 <= len(button.data.encode()) <= BUTTON_BYTES_MAX]
    shown = [{"text": button.label, "callback_data": button.data} for button in fitting]
    rows = [shown[first : first + BUTTONS_PER_ROW] for first in range(0, len(shown), BUTTONS_PER_ROW)]
    return {"inline_keyboard": rows} if rows else {}


def outcome_of(answer: Answer) -> Outcome:
    """What Telegram's answer says."""
    result, parameters = answer.body.get("result"), answer.body.get("parameters")
    if answer.status == 200 and isinstance(result, dict):
        return Outcome(status="sent", message_id=str(result.get("message_id", "")))
    wait_s = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return not_taken(answer, answer.body.get("description"), wait_s)
