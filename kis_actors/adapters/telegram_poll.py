"""What people on the list say to the Telegram bot, each update once; everybody else gets silence.

The token is part of every address, so nothing of a call may be shown but its status.
"""

import unicodedata
from collections.abc import Callable, Mapping
from queue import Empty, Full, Queue
from threading import Event as Signal
from threading import Thread
from typing import Any, NamedTuple

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Answer, Http, HttpTrouble
from kis_actors.messages import CommandReceived
from kis_actors.ports import Journal

STREAM = "telegram"
LONG_POLL_S = 25
ANSWER_S = 10.0
"""What an answer may take beyond the long poll."""
UPDATES_MAX = 100
REPEATED_WITHIN = 1000
"""An id so little below the last is that update once more. Far below, it is new: after a quiet week ids begin anywhere,
and Telegram then sends the same update until its own number is confirmed (go-telegram-bot-api#156)."""
BACKOFF_S_MAX = 60.0
RETRY_S_MAX = 3600.0
FLUSH_S, FLUSH_GAP_S = 0.5, 0.1
STOP_S = 0.4
"""Each of two threads gets so long to end."""
TEXT_CHARS_MAX = 200
DATA_BYTES_MAX = 64
PRESSES_MAX = 100
PRESS_POLL_S = 0.2
FORWARDED = (
    "forward_origin", "forward_from", "forward_from_chat", "forward_sender_name", "forward_date",
    "is_automatic_forward",
)  # fmt: skip
FOREIGN = (*FORWARDED, "edit_date", "via_bot", "sender_chat", "sender_business_bot")
"""What a message has that its sender did not write just now."""


class Listed(NamedTuple):
    """Who is listened to, by their ids as text, and the chat that alerts go to. The log has only places on the list."""

    people: tuple[str, ...]
    chat_id: str

    def person(self, person_id: str) -> str:
        """Their place on the list, from "1"."""
        return str(self.people.index(person_id) + 1)

    def chat(self, chat_id: str) -> str:
        """"" for where alerts go, else whose private chat it is."""
        return "" if chat_id == self.chat_id else self.person(chat_id)


class TelegramPoll:
    """Listens between start and stop, from the update after `start_after`, the last one in the log.

    An update is confirmed to Telegram only after `flush`, the journal's, has made it durable.
    `warn` is told, free of secrets, why nobody is listened to. dropped_count: updates that are no commands.
    """

    def __init__(
        self, api_url: str, token: str, journal: Journal, flush: Callable[[float], bool], *, chat_id: str,
        people: tuple[str, ...], start_after: int, warn: Callable[[str], None], clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self._url = f"{api_url.rstrip('/')}/bot{token}/getUpdates"
        self._listed = Listed(people, chat_id)
        self._journal = journal
        self._flush = flush
        self._last_id = start_after
        self._warn = warn
        self._clock = clock or Clock()
        self._http = Http(LONG_POLL_S + ANSWER_S)
        self._presses = _Presses(f"{api_url.rstrip('/')}/bot{token}/answerCallbackQuery")
        self._stopping = Signal()
        self._failures = 0
        self._is_contested = False
        self.dropped_count = 0
        self._thread = Thread(target=self._run, name="TelegramPoll", daemon=True)

    def start(self) -> None:
        """Begins to listen."""
        self._thread.start()
        self._presses.start()

    def stop(self) -> None:
        """Ends, cutting what is under way; within a second."""
        self._stopping.set()
        self._http.cut()
        self._presses.stop(STOP_S)
        self._thread.join(STOP_S)

    def answer_press(self, press_id: str, text: str) -> None:
        """Ends the waiting that a pressed button shows, with `text` for a moment; waits for nothing itself."""
        self._presses.answer(press_id, text)

    def _run(self) -> None:
        while not self._stopping.is_set():
            began_s = self._clock.elapsed_s()
            pause_s = self._poll()
            if pause_s is None:  # nothing new: Telegram takes its time to say so, and who does not is not hurried
                pause_s = max(0.0, began_s + 1 - self._clock.elapsed_s())
            if pause_s:
                self._clock.wait(self._stopping, pause_s)

    def _poll(self) -> float | None:
        """One question to Telegram; seconds until the next may be asked, None if there was nothing new."""
        question = {
            "timeout": LONG_POLL_S, "allowed_updates": ["message", "callback_query"],
            "limit": 1 if self._failures else UPDATES_MAX,  # a hundred together may be too much to be read
        }  # fmt: skip
        if self._last_id:
            question["offset"] = self._last_id + 1
        try:
            answer = self._http.call("POST", self._url, json=question)
        except HttpTrouble:
            return self._backoff_s()
        updates = answer.body.get("result")
        if answer.status == 200 and isinstance(updates, list):
            return self._take(updates)
        return self._refused(answer)

    def _take(self, updates: list[Any]) -> float | None:
        """Has what is new made durable, and only then goes on to the next."""
        new = {update_id: update for update in updates if (update_id := self._new_id(update))}
        if updates and not new:
            return self._backoff_s()
        self._failures, self._is_contested = 0, False
        commands = [command_in(new[update_id], self._listed) for update_id in sorted(new)]
        wanted = [command for command in commands if command]
        for command in wanted:
            self._journal.observe(STREAM, command)
        self.dropped_count += len(commands) - len(wanted)
        if new and (not wanted or self._is_durable()):
            self._last_id = max(new)
        return 0.0 if new else None

    def _new_id(self, update: object) -> int:
        """The id of an update that was not taken before; 0 for any other."""
        update_id = update.get("update_id") if isinstance(update, dict) else None
        if type(update_id) is not int or update_id <= 0:
            return 0
        return 0 if self._last_id - REPEATED_WITHIN < update_id <= self._last_id else update_id

    def _is_durable(self) -> bool:
        """Waits for the log as long as it takes: asked again, Telegram would say the same, to be taken twice."""
        while not self._flush(FLUSH_S):
            if self._clock.wait(self._stopping, FLUSH_GAP_S):
                return False
        return True

    def _refused(self, answer: Answer) -> float:
        """How long to leave Telegram alone after this; for good if it does not know the bot."""
        if answer.status in (401, 404):
            self._warn(f"Telegram does not know the bot (HTTP {answer.status}): correct TELEGRAM_BOT_TOKEN; "
                       "until the next start nobody can talk back")  # fmt: skip
            self._stopping.set()
            return 0.0
        backoff_s = self._backoff_s()
        if answer.status == 409:
            self._contested()
            return BACKOFF_S_MAX
        return _retry_after_s(answer) or backoff_s if answer.status == 429 else backoff_s

    def _contested(self) -> None:
        if not self._is_contested:
            self._is_contested = True
            self._warn("another program listens to the Telegram bot (HTTP 409): nobody can talk back meanwhile")

    def _backoff_s(self) -> float:
        self._failures += 1
        return float(min(2 ** min(self._failures - 1, 10), BACKOFF_S_MAX))


class _Presses:
    """Answers to pressed buttons, on a thread of its own: a long poll keeps its connection for itself."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = Http(ANSWER_S)
        self._answers: Queue[dict[str, str]] = Queue(PRESSES_MAX)
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="TelegramPresses", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        self._stopping.set()
        self._http.cut()
        self._thread.join(timeout_s)

    def answer(self, press_id: str, text: str) -> None:
        try:
            self._answers.put_nowait({"callback_query_id": press_id, "text": text[:TEXT_CHARS_MAX]})
        except Full:
            return  # whoever presses so often sees that nothing happens

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._http.call("POST", self._url, json=self._answers.get(timeout=PRESS_POLL_S))
            except (Empty, HttpTrouble):
                continue


def command_in(update: Mapping[str, Any], listed: Listed) -> CommandReceived | None:
    """The command in one update of Telegram, whatever it may hold; None if it is none, or not from whom it should be.

    Taken are texts in private chats and presses of buttons there, of listed people in listed chats: what they wrote
    themselves just now.
    """
    match update:
        case {"message": {"from": dict(sender), "chat": dict(chat), "text": str(text)} as message}:
            said = {"text": _clean(text)}
            is_own = bool(said["text"]) and not any(name in message for name in FOREIGN)
        case {"callback_query": {"from": dict(sender), "message": {"chat": dict(chat)}} as press}:
            said = {"data": _short(press.get("data")), "press_id": _short(press.get("id"))}
            is_own = all(said.values())
        case _:
            return None
    if not (is_own and _is_listed(sender, chat, listed)):
        return None
    person, in_chat = listed.person(str(sender["id"])), listed.chat(str(chat["id"]))
    return CommandReceived(update_id=update["update_id"], person=person, chat=in_chat, **said)


def _is_listed(sender: dict[str, Any], chat: dict[str, Any], listed: Listed) -> bool:
    is_person = not sender.get("is_bot") and str(sender.get("id")) in listed.people
    return is_person and chat.get("type") == "private" and str(chat.get("id")) in (listed.chat_id, *listed.people)


def _clean(text: str) -> str:
    """`text` on one line, without what cannot be seen, and not too long."""
    spaced = (" " if character.isspace() else character for character in text)
    seen = "".join(character for character in spaced if unicodedata.category(character)[0] != "C")
    return seen.strip()[:TEXT_CHARS_MAX]


def _short(said: object) -> str:
    """What a press carries, as we or Telegram wrote it; "" for anything else."""
    is_ours = isinstance(said, str) and said.isprintable() and len(said.encode()) <= DATA_BYTES_MAX
    return str(said) if is_ours else ""


def _retry_after_s(answer: Answer) -> float:
    """Telegram's own word, within reason; 0 if it said none."""
    parameters = answer.body.get("parameters")
    said = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(min(max(said, 1), RETRY_S_MAX)) if isinstance(said, int | float) else 0.0
