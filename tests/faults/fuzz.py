"""Whatever KIS, Telegram or a settings file says: it is read, left out or refused, and never stops the daemon.

Each kind of input is read here by what reads it first; fuzz_day.py takes all of them on through the actors.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from days import CODES
from facts import DAY, bars_returned, holidays_returned, quotes_returned
from kis.checks import CONTROL_MESSAGES, FRAMES_OF_ALL_FEEDS, check_control, check_frame, check_whole_frame

from kis_actors.adapters.http import _json
from kis_actors.adapters.kis_questions import Market as AskedOf
from kis_actors.adapters.kis_questions import answered
from kis_actors.adapters.retry import Failed
from kis_actors.adapters.telegram_poll import TelegramPoll
from kis_actors.kis.rest import bars_of, opens_of, quotes_in
from kis_actors.messages import (
    BaselineRequested,
    CommandReceived,
    Event,
    HolidaysRequested,
    Rows,
    ScanRequested,
    VenuesRequested,
)
from kis_actors.recovery import CODEC
from kis_actors.settings_file import SHIPPED_PATH, SettingsError, load

from .mangle import Template, mangled_json, mangled_text, template_of
from .runner import Outcome

COLUMNS, CONTROL_PARTS = "^" * 12 + "|", '":,{}'
CONTROL_SHARE = 0.1


class Batch(NamedTuple):
    """So many inputs after one another, made from one seed."""

    seed: int


class Reading(NamedTuple):
    """make: one input. read: whether it was not refused; raises what nobody expects."""

    make: Callable[[Random], Any]
    read: Callable[[Any], bool]


class Fuzz(NamedTuple):
    """One kind of input. inputs: in a batch. begin: what reads them, afresh for each batch, with a folder for it."""

    NAME: str
    COUNT: int
    inputs: int
    begin: Callable[[Path], Reading]
    must_find: tuple[str, ...] = ("read", "refused")
    TOGETHER: int = 1

    def points(self, seed: int) -> Iterator[Batch]:
        """Batches without end."""
        return (Batch(seed * 1_000_000 + number) for number in count())

    def attempt(self, point: Batch, folder: Path) -> Outcome:
        """One batch; any error that is not a refusal is a problem."""
        chance, (make, read) = Random(f"{self.NAME} {point.seed}"), self.begin(folder)
        read_count = 0
        for number in range(self.inputs):
            made = make(chance)
            try:
                read_count += read(made)
            except Exception as bug:
                return Outcome("failed", f"input {number}, {made!r:.600}: {type(bug).__name__}: {bug}")
        return Outcome("read", "", read_count, also=(("refused", self.inputs - read_count),))


def frames(folder: Path) -> Reading:
    """Texts from the socket, as it reads them."""
    return Reading(_frame, _read_frame)


def _frame(chance: Random) -> str:
    """Never quite one that was recorded."""
    is_control = chance.random() < CONTROL_SHARE
    texts, separators = (CONTROL_MESSAGES, CONTROL_PARTS) if is_control else (FRAMES_OF_ALL_FEEDS, COLUMNS)
    made = text = texts[int(chance.random() * len(texts))]
    while made == text:
        made = mangled_text(text, separators, chance)
    return made


def _read_frame(text: str) -> bool:
    if text[:1] == "{":
        return check_control(text)
    check_frame(text)
    return check_whole_frame(text)


def answers(folder: Path) -> Reading:
    """Bodies from KIS by REST, up to what the actors read out of them."""
    kinds = kinds_of_answers(bars=8)
    return Reading(lambda chance: answer(kinds, chance), _read_answer)


def answer(kinds: "Answers", chance: Random) -> tuple[Event, bytes]:
    """A question, and the bytes that answer it."""
    question, template = kinds[int(chance.random() * len(kinds))]
    return question, mangled_json(template, chance).encode("utf-8", "replace")


Answers = tuple[tuple[Event, Template], ...]


def kinds_of_answers(bars: int) -> Answers:
    """Every question there is, with KIS's answer."""
    prices = dict(zip(CODES, (9_300, 10_250), strict=True))
    more = {"inter2_sdpr": "10000", "inter2_mxpr": "13000", "prdy_ctrt": "2.64", "acml_vol": "73007"}
    quotes = _body("output", quotes_returned(prices, inter_kor_isnm="삼성전자", **more).rows)
    week = {DAY + timedelta(days=ahead): ahead not in (1, 2) for ahead in range(7)}
    return (
        (ScanRequested(scan=1, batch=1, batches=1, codes=CODES), quotes),
        (VenuesRequested(batch=1, batches=1, codes=CODES), quotes),
        (BaselineRequested(code=CODES[0], start=DAY, end=DAY), _body("output2", bars_returned(CODES[0], bars).rows)),
        (HolidaysRequested(day=DAY), _body("output", holidays_returned(week).rows)),
    )


def heard(made: tuple[Event, bytes]) -> Event | None:
    """What the port makes of an answer; None if it is refused."""
    question, body = made
    try:
        return answered(question, lambda request: _json(body), AskedOf())
    except Failed:
        return None


def _read_answer(made: tuple[Event, bytes]) -> bool:
    event = heard(made)
    if event is None:
        return False
    require_readable(event)
    rows: Rows = event.rows
    quotes_in(rows.columns, rows.values)
    opens_of(rows.each())
    bars_of(rows.each(), DAY)
    return True


def require_readable(event: Event) -> None:
    """What is written to the log is read as it was."""
    assert CODEC.decode(*CODEC.encode(event)) == event, f"{event} is not read as written"


def _body(name: str, rows: Rows) -> Template:
    found = [dict(row) for row in rows.each()]
    return template_of({"rt_cd": "0", "msg_cd": "MCA00000", "msg1": "정상처리", name: found})


def updates(folder: Path) -> Reading:
    """What Telegram's poll takes."""
    heard_by = Heard(require_readable)
    poll = poll_into(heard_by)

    def read(body: bytes) -> bool:
        before = heard_by.count
        take(poll, body)
        return heard_by.count > before

    return Reading(update, read)


def poll_into(heard_by: "Heard") -> TelegramPoll:
    """Which is never started."""
    return TelegramPoll(
        "http://127.0.0.1:9", "token", heard_by, lambda timeout_s: True, chat_id="42", people=("42", "43"),
        start_after=0, warn=lambda text: None,
    )  # fmt: skip


def take(poll: TelegramPoll, body: bytes) -> None:
    """As the poll does with an answer that came."""
    found = _json(body).get("result")
    if isinstance(found, list):
        poll._take(found)


class Heard:
    """Where the poll puts what people say. Nobody is listened to who is not on the list."""

    def __init__(self, hear: Callable[[Event], None]) -> None:
        self._hear = hear
        self.count = 0

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """One of the people on the list said something in a chat that is on it."""
        assert isinstance(event, CommandReceived) and event.person in ("1", "2") and event.chat in ("", "2"), event
        self.count += 1
        self._hear(event)

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        """Nothing is decided at the edge."""
        raise AssertionError(events)


def _said() -> tuple[Template, ...]:
    person = {"id": 42, "is_bot": False, "first_name": "김"}
    message = {"message_id": 7, "date": 1_700_000_000, "from": person, "chat": {"id": 42, "type": "private"}}
    texts = ("/why 005930", "/snooze 000660 1h", "/status", "/mute breakout", "/near", "/pin 000660")
    updates = [{"message": message | {"text": text}} for text in texts]
    updates += [{"callback_query": {"id": "9001", "from": person, "message": message, "data": text}} for text in texts]
    return tuple(template_of({"ok": True, "result": [{"update_id": ID} | update]}) for update in updates)


ID = 987_654_321
"""Stands in a template for the number of an update, of which none comes twice."""
SAID = _said()


def update(chance: Random) -> bytes:
    """The answer to a poll: mostly one update, or what is left of it."""
    made = mangled_json(SAID[int(chance.random() * len(SAID))], chance)
    return made.replace(str(ID), str(1 + int(chance.random() * 10**9))).encode("utf-8", "replace")


def settings(folder: Path) -> Reading:
    """Files of settings, and one on the command line."""
    file = folder / "settings.yaml"
    return Reading(_settings, lambda made: _load(file, *made))


SECTIONS = tuple(
    "\n".join(line.partition(" #")[0].rstrip() for line in section.splitlines() if not line.lstrip().startswith("#"))
    for section in re.split(r"\n(?=\w)", SHIPPED_PATH.read_text("utf-8"))[1:]
)
"""Of the file that is shipped, each without its remarks."""
ASSIGNMENT = "monitor.signal.disparity_threshold=-0.1"
WHOLE_SHARE, MANGLED_SHARE = 0.02, 0.5
SCALARS = ("true", "false", "null", "[]", "{}", "-0.05", "09:00:00", "'삼성'", "&a", "*a", "!!python/object:x", "0o17")


def _settings(chance: Random) -> tuple[str, str]:
    """A few sections, for YAML takes its time, and now and then the whole file; with another value, or mangled."""
    if chance.random() < WHOLE_SHARE:
        text = SHIPPED_PATH.read_text("utf-8")
    else:
        text = "\n".join(chance.sample(SECTIONS, chance.randint(1, 2)))
    is_mangled = chance.random() < MANGLED_SHARE
    text = mangled_text(text, "\n\n: ", chance) if is_mangled else _with_another_value(text, chance)
    return text, mangled_text(ASSIGNMENT, "=.", chance) if chance.random() < MANGLED_SHARE else ASSIGNMENT


def _with_another_value(text: str, chance: Random) -> str:
    lines = text.splitlines()
    at = chance.choice([number for number, line in enumerate(lines) if ": " in line] or [0])
    number = str(round(chance.uniform(-10, 10) * 10 ** chance.randint(-3, 6), chance.randint(0, 3)))
    lines[at] = f"{lines[at].partition(': ')[0]}: {chance.choice((number, number, chance.choice(SCALARS)))}"
    return "\n".join(lines)


def _load(file: Path, text: str, assignment: str) -> bool:
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load(file, [assignment])
    except SettingsError as error:
        assert error.problems, "refused without a reason"
        return False
    return True


ALL = (
    Fuzz("fuzz-frames", 1120, 1000, frames),
    Fuzz("fuzz-answers", 244, 1000, answers),
    Fuzz("fuzz-updates", 104, 1000, updates),
    Fuzz("fuzz-settings", 213, 100, settings),
)
