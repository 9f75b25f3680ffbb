"""What people say to the bot: who is heard, each update once, and what happens when Telegram will not talk."""

import threading
import time
from queue import Queue
from threading import Event as Signal

import pytest
from fakes import FakeTelegram, Fault, Said, refusal, too_many
from hand_clock import HandClock
from hypothesis import given
from hypothesis import strategies as st

from kis_actors.adapters.telegram_poll import Listed, TelegramPoll, command_in
from kis_actors.messages import CommandReceived

TOKEN = "123456:SECRET"
CHAT, PERSON, STRANGER = 42, 43, 666
LISTED = Listed(("42", "43"), "42")
WAIT_S = 20
FAILED = Fault(Said(500, b"<html>"))


class Log:
    """A journal that keeps what it is told, and is durable when it may be."""

    def __init__(self):
        self.said, self.count, self.may_flush, self.flushes = Queue(), 0, Signal(), Queue()
        self.may_flush.set()

    def observe(self, stream, event, cause=0):
        self.count += 1
        self.said.put((stream, event))

    def flush(self, timeout_s):
        self.flushes.put(timeout_s)
        return self.may_flush.wait(0.01)

    def next(self):
        return self.said.get(timeout=WAIT_S)[1]


class CountedClock(HandClock):
    """Waiting takes no time, but only so often; the last wait is over with a stop."""

    def __init__(self, times):
        super().__init__()
        self._times, self.is_last = times, Signal()

    def wait(self, signal, duration_s):
        super().wait(signal, duration_s)
        if len(self.waits_s) < self._times:
            return signal.is_set()
        self.is_last.set()
        return signal.wait(WAIT_S)


@pytest.fixture
def telegram():
    server = FakeTelegram(TOKEN)
    yield server
    server.close()


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def listen(telegram, log):
    """Starts to listen; ends with the test."""
    started = []

    def start(start_after=0, clock=None, url=None, warn=lambda _: None):
        poll = TelegramPoll(
            url or telegram.url, TOKEN, log, log.flush, chat_id=str(CHAT), people=("42", "43"),
            start_after=start_after, warn=warn, clock=clock or HandClock(),
        )  # fmt: skip
        started.append(poll)
        poll.start()
        return poll

    yield start
    for poll in started:
        poll.stop()


def text(update_id, said="/status", **rest):
    """An update with a text from the person of the chat; `rest` is put into the message."""
    sender, chat = {"id": CHAT, "is_bot": False, "first_name": "김"}, {"id": CHAT, "type": "private"}
    message = {"message_id": 7, "date": 1_700_000_000, "from": sender, "chat": chat, "text": said}
    return {"update_id": update_id, "message": message | rest}


def press(update_id, data="why a-1", sender=CHAT, chat=None):
    """An update with a button pressed."""
    message = {"message_id": 7, "date": 0, "chat": chat or {"id": CHAT, "type": "private"}}
    pressed = {"id": "9001", "from": {"id": sender, "is_bot": False}, "message": message, "data": data}
    return {"update_id": update_id, "callback_query": pressed}


# --- who is heard


def test_a_text_of_a_listed_person_is_a_command():
    command = CommandReceived(update_id=5, person="1", chat="", text="/why 005930")
    assert command_in(text(5, "/why 005930"), LISTED) == command


def test_a_press_of_a_listed_person_is_a_command():
    command = CommandReceived(update_id=5, person="1", chat="", data="why a-1", press_id="9001")
    assert command_in(press(5), LISTED) == command


def test_a_listed_person_may_talk_in_a_chat_of_her_own():
    update = text(5, **{"from": {"id": PERSON}, "chat": {"id": PERSON, "type": "private"}})
    command = command_in(update, LISTED)
    assert (command.person, command.chat) == ("2", "2")


def test_the_ids_of_people_do_not_get_into_the_log():
    update = text(5, **{"from": {"id": PERSON}, "chat": {"id": PERSON, "type": "private"}})
    assert str(PERSON) not in repr(command_in(update, LISTED))


@pytest.mark.parametrize(
    "rest",
    [
        {"from": {"id": STRANGER, "is_bot": False}},
        {"from": {"id": CHAT, "is_bot": True}},
        {"from": None},
        {"from": {"username": "42"}},
        {"chat": {"id": STRANGER, "type": "private"}},
        {"chat": {"id": CHAT, "type": "group"}},
        {"chat": {"id": CHAT, "type": "supergroup"}},
        {"chat": {"id": CHAT, "type": "channel"}},
        {"chat": {"id": CHAT}},
        {"edit_date": 1_700_000_001},
        {"forward_origin": {"type": "user"}},
        {"forward_from": {"id": CHAT}},
        {"forward_from_chat": {"id": CHAT}},
        {"forward_sender_name": "김"},
        {"forward_date": 1},
        {"via_bot": {"id": 1}},
        {"sender_chat": {"id": CHAT}},
        {"text": None},
        {"text": ""},
        {"text": " \u200b\x00\n"},
        {"text": ["/status"]},
    ],
)
def test_everything_else_is_no_command(rest):
    assert command_in(text(5, **rest), LISTED) is None


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "business_message", "my_chat_member"])
def test_other_kinds_of_updates_are_no_commands(kind):
    assert command_in({"update_id": 5, kind: text(5)["message"]}, LISTED) is None


@pytest.mark.parametrize(
    "update",
    [
        press(5, sender=STRANGER),
        press(5, chat={"id": STRANGER, "type": "private"}),
        press(5, chat={"id": CHAT, "type": "group"}),
        press(5, data=None),
        press(5, data="가" * 22),
        press(5, data="why\n"),
        {"update_id": 5, "callback_query": {"id": "1", "from": {"id": CHAT}, "inline_message_id": "2", "data": "why"}},
    ],
)
def test_other_presses_are_no_commands(update):
    assert command_in(update, LISTED) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/why\u202e 005930\x1b[31m", "/why 005930[31m"),
        ("/snooze\n005930\t1h", "/snooze 005930 1h"),
        ("가" * 300, "가" * 200),
        ("\x00" * 3000 + "/status", "/status"),
    ],
)
def test_a_text_is_kept_short_and_visible(said, kept):
    assert command_in(text(5, said), LISTED).text == kept


NAMES = st.sampled_from(["message", "callback_query", "from", "chat", "id", "type", "text", "data", "is_bot", "x"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([CHAT, "42", "private"]),
    lambda within: st.lists(within, max_size=3) | st.dictionaries(NAMES, within, max_size=5),
    max_leaves=20,
)


@given(ANYTHING)
def test_no_update_is_too_strange_to_be_read(update):
    whole = {**update, "update_id": 5} if isinstance(update, dict) else {"update_id": 5, "message": update}
    command = command_in(whole, LISTED)
    assert command is None or (command.person in LISTED.people and command.chat in LISTED.chats)


# --- each update once


def test_commands_are_observed_in_order(telegram, log, listen):
    for update_id in (5, 6):
        telegram.say(text(update_id))
    listen()
    assert [log.next().update_id for _ in range(2)] == [5, 6]


def test_the_question_is_the_one_agreed(telegram, listen):
    listen(start_after=4)
    telegram.wait_for(telegram.polls)
    allowed = ["message", "callback_query"]
    assert telegram.polls()[0] == {"timeout": 25, "limit": 100, "allowed_updates": allowed, "offset": 5}


def test_an_update_in_the_log_is_not_taken_again(telegram, log, listen):
    telegram.updates = [text(5), text(6)]
    listen(start_after=5)
    assert log.next().update_id == 6


def test_an_update_said_twice_is_taken_once(telegram, log, listen):
    again = Fault(Said(200, {"ok": True, "result": [text(4), text(5)]}))
    telegram.poll_faults += [again, again]
    listen()
    telegram.say(text(6))
    assert [log.next().update_id for _ in range(3)] == [4, 5, 6]


# After a quiet week update ids begin anywhere, and an update below the last is no repeat.
def test_ids_that_begin_again_are_new(telegram, log, listen):
    telegram.poll_faults.append(Fault(Said(200, {"ok": True, "result": [text(117_314_199)]})))
    listen(start_after=727_334_707)
    assert log.next().update_id == 117_314_199
    telegram.wait_for(lambda: len(telegram.polls()) > 1)
    assert telegram.polls()[1]["offset"] == 117_314_200


def test_nothing_is_confirmed_before_it_is_durable(telegram, log, listen):
    log.may_flush.clear()
    telegram.say(text(5))
    listen()
    for _ in range(5):
        log.flushes.get(timeout=WAIT_S)
    assert (len(telegram.polls()), log.count) == (1, 1)


def test_what_is_durable_late_is_confirmed_then(telegram, log, listen):
    log.may_flush.clear()
    telegram.say(text(5))
    listen()
    log.next()
    log.may_flush.set()
    telegram.wait_for(lambda: len(telegram.polls()) > 1)
    assert (telegram.polls()[1]["offset"], log.count) == (6, 1)


def test_strangers_get_silence_and_are_counted(telegram, log, listen):
    telegram.updates = [text(5, **{"from": {"id": STRANGER}}), {"update_id": 6, "edited_message": {}}, text(7)]
    poll = listen()
    assert (log.next().update_id, poll.dropped_count) == (7, 2)
    telegram.wait_for(lambda: len(telegram.polls()) > 1)
    assert set(telegram.methods()) == {"getUpdates"}


def test_updates_without_a_number_stop_nobody(telegram, log, listen):
    telegram.poll_faults.append(Fault(Said(200, {"ok": True, "result": [1, None, {}, {"update_id": "x"}, text(5)]})))
    listen()
    assert log.next().update_id == 5


# --- when Telegram will not talk


def waits_s_after(faults, telegram, listen, url=None):
    """How long it waits after each of them."""
    telegram.poll_faults += faults
    clock = CountedClock(len(faults))
    poll = listen(clock=clock, url=url)
    clock.is_last.wait(WAIT_S)
    poll.stop()
    return clock.waits_s


def test_errors_back_off_up_to_a_minute(telegram, listen):
    assert waits_s_after([FAILED] * 8, telegram, listen) == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(is_cut=True),
        Fault(Said(200, b"{")),
        Fault(Said(200, {"ok": True})),
        Fault(Said(200, {"ok": True, "result": [{}]})),
        refusal(403),
        Fault(Said(302, b"")),
        Fault(Said(429, b"")),
    ],
)
def test_what_cannot_be_read_is_an_error(telegram, listen, fault):
    assert waits_s_after([fault, fault], telegram, listen) == [1, 2]


def test_after_an_error_updates_come_one_at_a_time(telegram, log, listen):
    telegram.poll_faults.append(FAILED)
    telegram.updates = [text(5), text(6)]
    listen()
    assert [log.next().update_id for _ in range(2)] == [5, 6]
    assert [asked["limit"] for asked in telegram.polls()[:3]] == [100, 1, 100]


def test_too_many_is_obeyed(telegram, listen):
    assert waits_s_after([too_many(17)], telegram, listen) == [17]


def test_another_listener_is_told_once_and_left_alone(telegram, listen):
    warnings = []
    conflict = refusal(409, "Conflict: terminated by other getUpdates request")
    telegram.poll_faults += [conflict, conflict]
    clock = HandClock()
    listen(clock=clock, warn=warnings.append)
    telegram.wait_for(lambda: len(telegram.polls()) > 2)
    assert (clock.waits_s[:2], len(warnings), "409" in warnings[0]) == ([60, 60], 1, True)


@pytest.mark.parametrize("status", [401, 404])
def test_a_bot_that_is_not_known_is_not_asked_again(telegram, listen, status):
    warnings = Queue()
    telegram.poll_faults.append(refusal(status, "Unauthorized"))
    listen(warn=warnings.put)
    warning = warnings.get(timeout=WAIT_S)
    assert (f"HTTP {status}" in warning, TOKEN in warning, len(telegram.polls())) == (True, False, 1)


def test_without_a_connection_it_tries_again(telegram, dead_url, listen):
    assert waits_s_after([FAILED] * 2, telegram, listen, dead_url) == [1, 2]


# A server that says at once that there is nothing would be asked a thousand times a second.
def test_a_quick_nothing_is_not_asked_again_at_once(telegram, listen):
    nothing = Fault(Said(200, {"ok": True, "result": []}))
    assert waits_s_after([nothing], telegram, listen) == [1]


# --- presses


def test_a_press_is_answered(telegram, listen):
    listen().answer_press("9001", "껐습니다")
    telegram.wait_for(lambda: telegram.answered_presses)
    assert telegram.answered_presses == [{"callback_query_id": "9001", "text": "껐습니다"}]


def test_presses_that_cannot_be_answered_are_forgotten(dead_url, listen):
    poll = listen(url=dead_url)
    for _ in range(300):
        poll.answer_press("9001", "x" * 300)


# --- the end


def test_a_long_poll_does_not_hold_a_stop(telegram, listen):
    poll = listen()
    telegram.wait_for(telegram.polls)
    began_s = time.monotonic()
    poll.stop()
    assert time.monotonic() - began_s < 1
    assert not {"TelegramPoll", "TelegramPresses"} & {thread.name for thread in threading.enumerate()}


def test_after_a_stop_nothing_is_asked(telegram, listen):
    poll = listen()
    telegram.wait_for(telegram.polls)
    poll.stop()
    telegram.say(text(5))
    assert len(telegram.polls()) == 1


def test_no_thread_shows_the_token(telegram, listen):
    listen()
    assert not any("SECRET" in thread.name for thread in threading.enumerate())
