"""Whatever KIS, Telegram or a settings file says: it is read, left out or refused, and never stops the daemon.

Frames and answers go through all five actors in the middle of a day, and what they come to stays in their states.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec
from days import CODES, UNIVERSE, Day, run_of_the_day
from facts import DAY, bars_returned, holidays_returned, quotes_returned, tick
from kis.recordings import FOUR_OF_46, IN_USE, ONE_OF_47, PINGPONG, QUOTE, STATUS, SUBSCRIBED, THREE_OF_47

from kis_actors.adapters.http import _json
from kis_actors.adapters.kis_questions import Market as AskedOf
from kis_actors.adapters.kis_questions import answered
from kis_actors.adapters.retry import Failed
from kis_actors.adapters.telegram_poll import TelegramPoll
from kis_actors.app import CORES
from kis_actors.messages import (
    BaselineRequested,
    ClockTicked,
    CommandReceived,
    Event,
    FrameReceived,
    HolidaysRequested,
    Rows,
    ScanRequested,
    VenuesRequested,
)
from kis_actors.recovery import CODEC
from kis_actors.settings_file import SHIPPED_PATH, SettingsError, load

from .mangle import mangled_json, mangled_text
from .runner import Outcome

INPUTS_PER_POINT = 100
FRAMES = (ONE_OF_47, FOUR_OF_46, THREE_OF_47, QUOTE, STATUS, SUBSCRIBED, PINGPONG, IN_USE)

class Batch(NamedTuple):
    """So many inputs after one another, made from one seed."""

    seed: int


class Fuzz(NamedTuple):
    """One kind of input. begin: what reads it, afresh for each batch."""

    NAME: str
    COUNT: int
    begin: Callable[[], "Reading"]
    must_find: tuple[str, ...] = ()
    TOGETHER: int = 1

    def points(self, seed: int) -> Iterator[Batch]:
        """Batches without end."""
        return (Batch(seed * 1_000_000 + number) for number in count())

    def attempt(self, point: Batch, folder: Path) -> Outcome:
        """One batch; any error that is not a refusal is a problem."""
        chance, reading = Random(f"{self.NAME} {point.seed}"), self.begin()
        for number in range(INPUTS_PER_POINT):
            made = reading.make(chance)
            try:
                reading.read(made)
            except Exception as bug:
                return Outcome("inputs", f"input {number}, {made!r:.600}: {type(bug).__name__}: {bug}", number + 1)
        return Outcome("inputs", "", INPUTS_PER_POINT)


class Reading(NamedTuple):
    """make: one input. read: raises what nobody expects."""

    make: Callable[[Random], Any]
    read: Callable[[Any], object]


class Market:
    """All actors at a quarter past ten, with averages, prices and two streams; and what they come to."""

    def __init__(self) -> None:
        self.day = day = Day(seed=1)
        day.observe("app", run_of_the_day(), UNIVERSE)
        day.observe("clock", tick("08:59:50"))
        day.settle()
        for time_of_day in ("09:00:00", "09:01:00", "10:15:00"):
            day.tick(time_of_day)
        self._read = len(day.units)

    def hear(self, stream: str, event: Event) -> None:
        """All that follows from it, also when the clock goes on; and the log could be read again."""
        day = self.day
        day.observe(stream, event)
        day.settle()
        day.now += timedelta(seconds=3)
        day.observe("clock", ClockTicked(now=day.now))
        day.settle()
        for unit in day.units[self._read :]:
            for record in unit:
                assert CODEC.decode(*CODEC.encode(record.event)) == record.event, f"{record} is not read as written"
        for core in CORES:
            state = day.states[core.name]
            assert msgspec.json.decode(msgspec.json.encode(state), type=core.state) == state, f"state of {core.name}"
        self._read = len(day.units)


def _frames() -> Reading:
    market = Market()
    return Reading(_frame, lambda text: market.hear("socket", FrameReceived(link=1, text=text)))


def _frame(chance: Random) -> str:
    """Of today's codes and time, mostly, so that it gets far."""
    text = chance.choice(FRAMES)
    for code in ("005930", "000100"):
        text = text.replace(code, chance.choice(CODES))
    for day in ("20260914", "20240530", "20240507"):
        text = text.replace(day, "20261120")
    return mangled_text(text, "^^^^|", chance)


def _answers() -> Reading:
    market = Market()

    def read(made: tuple[Event, bytes]) -> None:
        question, body = made
        try:
            answer = answered(question, lambda request: _json(body), AskedOf())
        except Failed:
            return
        market.hear("rest", answer)

    return Reading(_answer, read)


def _answer(chance: Random) -> tuple[Event, bytes]:
    """A question, and the bytes that answer it."""
    rows = {code: str(chance.randint(9_000, 10_500)) for code in CODES}
    quotes = _body("output", quotes_returned({code: int(price) for code, price in rows.items()}).rows)
    question, body = chance.choice((
        (ScanRequested(scan=1, batch=1, batches=1, codes=CODES), quotes),
        (VenuesRequested(batch=1, batches=1, codes=CODES), quotes),
        (BaselineRequested(code=CODES[0], start=DAY, end=DAY), _body("output2", bars_returned(CODES[0], 30).rows)),
        (HolidaysRequested(day=DAY), _body("output", holidays_returned({DAY: True}).rows)),
    ))  # fmt: skip
    whole = json.dumps(mangled_json(body, chance), ensure_ascii=chance.random() < 0.5)
    return question, (mangled_text(whole, '":,{}', chance) if chance.random() < 0.2 else whole).encode()


def _body(name: str, rows: Rows) -> dict[str, Any]:
    return {"rt_cd": "0", "msg_cd": "MCA00000", "msg1": "", name: [dict(row) for row in rows.each()]}


def _updates() -> Reading:
    """As the poll takes them, which is never started."""
    heard = Heard()
    poll = TelegramPoll(
        "http://127.0.0.1:9", "token", heard, lambda timeout_s: True, chat_id="42", people=("42", "43"),
        start_after=0, warn=lambda text: None,
    )  # fmt: skip
    return Reading(_update, lambda body: poll._take(_json(body).get("result", [])))


class Heard:
    """Where the poll puts what people say. Nobody is listened to who is not on the list."""

    def __init__(self) -> None:
        self._market = Market()

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """The actors obey."""
        assert isinstance(event, CommandReceived) and (event.person, event.chat) == ("1", ""), event
        self._market.hear(stream, event)

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        """Nothing is decided at the edge."""
        raise AssertionError(events)


def _update(chance: Random) -> bytes:
    person = {"id": 42, "is_bot": False, "first_name": "김"}
    message = {"message_id": 7, "date": 1_700_000_000, "from": person, "chat": {"id": 42, "type": "private"}}
    said = mangled_text(chance.choice(("/why 005930", "/snooze 000660 1h", "/status", "/mute breakout")), " /", chance)
    whole = chance.choice((
        {"update_id": chance.randint(1, 10**9), "message": message | {"text": said}},
        {"update_id": chance.randint(1, 10**9),
         "callback_query": {"id": "9001", "from": person, "message": message, "data": said}},
    ))  # fmt: skip
    update = mangled_json(whole, chance) if chance.random() < 0.8 else whole
    return json.dumps({"ok": True, "result": [update]}).encode()


def _settings() -> Reading:
    return Reading(_file, _loaded)


def _file(chance: Random) -> tuple[str, str]:
    text = mangled_text(SHIPPED_PATH.read_text("utf-8"), "\n\n:", chance)
    return text, mangled_text("monitor.signal.disparity_threshold=-0.1", "=.", chance)


def _loaded(made: tuple[str, str]) -> None:
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(made[0].encode("utf-8", "surrogatepass"))
        file.flush()
        try:
            load(Path(file.name), [made[1]])
        except SettingsError as error:
            assert error.problems, "refused without a reason"


ALL = (
    Fuzz("fuzz-frames", 60, _frames),
    Fuzz("fuzz-answers", 30, _answers),
    Fuzz("fuzz-updates", 60, _updates),
    Fuzz("fuzz-settings", 4, _settings),
)
