"""Each channel has a queue and a thread of its own; every question gets exactly one answer."""

import time
from datetime import timedelta
from queue import Queue
from threading import Event as Signal
from threading import Thread

import pytest
from facts import at
from fakes import too_many
from hand_clock import HandClock
from msgspec.structs import replace
from questions import ask, recorded

from kis_actors.adapters.http import Http
from kis_actors.channels import sender as sender_module
from kis_actors.channels.log import LogChannel
from kis_actors.channels.telegram import TelegramChannel
from kis_actors.messages import NotifyFailed, NotifySent, NotifyUnknown
from kis_actors.ports import Outcome

WAIT_S = 20


class Answers:
    """What reached the journal, as it comes."""

    def __init__(self):
        self.said, self.sender = Queue(), None

    def observe(self, stream, event, cause=0):
        self.said.put((stream, event, cause))
        if self.sender:
            self.sender.settled(cause)

    def next(self):
        return self.said.get(timeout=WAIT_S)


class Scripted:
    """A channel that says what it is told to, once it may."""

    def __init__(self, name="telegram", outcome=Outcome(status="sent", message_id="77"), is_free=True):
        self.name, self.outcome, self.texts = name, outcome, []
        self.began, self.may_end = Signal(), Signal()
        if is_free:
            self.may_end.set()

    def send(self, asked):
        self.began.set()
        self.may_end.wait(WAIT_S)
        self.texts.append(asked.text)
        return self.outcome


@pytest.fixture
def answers():
    return Answers()


def ChannelSender(channels, answers, *clock):
    """One whose answers are durable at once."""
    answers.sender = sender_module.ChannelSender(channels, answers, *clock)
    return answers.sender


def outcome_of(answers, outcome):
    ChannelSender((Scripted(outcome=outcome),), answers).send(recorded(41, attempt=2))
    return answers.next()


def test_a_message_taken_is_answered_as_sent(answers):
    sent = NotifySent(alert_id="a-41", channel="telegram", attempt=2, message_id="77")
    assert outcome_of(answers, Outcome(status="sent", message_id="77")) == ("channel", sent, 41)


def test_a_certain_failure_is_answered_as_such(answers):
    failed = NotifyFailed(alert_id="a-41", channel="telegram", attempt=2, reason="HTTP 429", retry_after_s=7.0)
    stream, event, cause = outcome_of(answers, Outcome(status="failed", reason="HTTP 429", retry_after_s=7.0))
    assert (stream, replace(event, at=None), cause) == ("channel", failed, 41)


def test_a_failure_says_when_it_was_told(answers):
    clock = HandClock()
    channel = Scripted(outcome=Outcome(status="failed", reason="HTTP 429", retry_after_s=7.0))
    ChannelSender((channel,), answers, clock).send(recorded(41))
    assert answers.next()[1].at == clock.now()


def test_a_channel_that_wanted_rest_before_the_restart_gets_it(answers):
    clock = HandClock()
    rest = {"telegram": clock.now() + timedelta(seconds=30), "other": clock.now() - timedelta(seconds=30)}
    answers.sender = sender_module.ChannelSender((Scripted(),), answers, clock, rest)
    answers.sender.send(recorded(41))
    answers.next()
    assert sum(clock.waits_s) == pytest.approx(30)


def test_an_unknown_outcome_is_answered_as_such(answers):
    unknown = NotifyUnknown(alert_id="a-41", channel="telegram", attempt=2, reason="no answer in time")
    assert outcome_of(answers, Outcome(status="unknown", reason="no answer in time")) == ("channel", unknown, 41)


def test_a_channel_keeps_the_order_of_its_questions(answers):
    channel = Scripted()
    sender = ChannelSender((channel,), answers)
    for seq in range(1, 6):
        sender.send(recorded(seq))
    sender.stop(WAIT_S)
    assert channel.texts == [f"text {seq}" for seq in range(1, 6)]


def test_a_slow_channel_does_not_delay_another(answers):
    slow, quick = Scripted("telegram", is_free=False), Scripted("discord")
    sender = ChannelSender((slow, quick), answers)
    sender.send(recorded(1, "telegram"))
    sender.send(recorded(2, "discord"))
    _, event, _ = answers.next()
    slow.may_end.set()
    assert event.channel == "discord"


def test_a_channel_that_is_not_there_is_a_certain_failure(answers):
    ChannelSender((), answers).send(recorded(1, "telegram"))
    failed = NotifyFailed(alert_id="a-1", channel="telegram", attempt=1, reason="no channel telegram")
    assert replace(answers.next()[1], at=None) == failed


def test_a_full_queue_is_a_certain_failure(answers, monkeypatch):
    monkeypatch.setattr(sender_module, "QUEUE_MAX", 2)
    channel = Scripted(is_free=False)
    sender = ChannelSender((channel,), answers)
    sender.send(recorded(1))
    channel.began.wait(WAIT_S)
    for seq in (2, 3, 4):
        sender.send(recorded(seq))
    _, event, cause = answers.next()
    channel.may_end.set()
    assert (type(event), event.retry_after_s, cause) == (NotifyFailed, 60.0, 4)


def test_a_stop_sends_what_is_queued(answers):
    channel = Scripted()
    sender = ChannelSender((channel,), answers)
    for seq in range(1, 20):
        sender.send(recorded(seq))
    sender.stop(WAIT_S)
    assert answers.said.qsize() == 19


def test_a_stop_does_not_wait_for_a_stuck_channel(answers):
    channel = Scripted(is_free=False)
    sender = ChannelSender((channel,), answers)
    sender.send(recorded(1))
    channel.began.wait(WAIT_S)
    sender.stop(0.01)
    assert answers.said.empty()
    channel.may_end.set()


def test_a_stop_does_not_wait_for_a_full_queue(answers, monkeypatch):
    monkeypatch.setattr(sender_module, "QUEUE_MAX", 1)
    channel = Scripted(is_free=False)
    sender = ChannelSender((channel,), answers)
    sender.send(recorded(1))
    channel.began.wait(WAIT_S)
    sender.send(recorded(2))
    stopping = Thread(target=sender.stop, args=(0.01,), daemon=True)
    stopping.start()
    stopping.join(1)
    has_stopped = not stopping.is_alive()
    channel.may_end.set()
    assert has_stopped


# --- pauses


class Hurried(HandClock):
    """Waiting takes no time; a stop comes during the first wait that is long."""

    def __init__(self):
        super().__init__()
        self.is_waiting = Signal()

    def wait(self, signal, duration_s):
        if duration_s < 100:
            return super().wait(signal, duration_s)
        self.note_wait(0)
        self.is_waiting.set()
        return signal.wait(WAIT_S)


def paused(pause_s):
    return Scripted(outcome=Outcome(status="sent", pause_s=pause_s))


def test_the_next_message_waits_for_the_pause_of_the_one_before(answers):
    clock = HandClock()
    sender = ChannelSender((paused(1.5),), answers, clock)
    for seq in (1, 2, 3):
        sender.send(recorded(seq))
    for _ in range(3):
        answers.next()
    sender.stop(WAIT_S)
    assert clock.waits_s == [1.5, 1.5]


def test_a_pause_that_is_over_delays_nothing(answers):
    clock = HandClock()
    sender = ChannelSender((paused(1.5),), answers, clock)
    sender.send(recorded(1))
    answers.next()
    clock.pass_s(2)
    sender.send(recorded(2))
    answers.next()
    assert clock.waits_s == []


def test_a_paused_channel_does_not_delay_another(answers):
    clock = Hurried()
    sender = ChannelSender((paused(3600), Scripted("discord")), answers, clock)
    sender.send(recorded(1))
    sender.send(recorded(2))
    clock.is_waiting.wait(WAIT_S)
    sender.send(recorded(3, "discord"))
    told = [answers.next()[2] for _ in range(2)]
    sender.stop(WAIT_S)
    assert told == [1, 3]


def test_a_stop_does_not_wait_for_a_pause(answers):
    clock, channel = Hurried(), paused(3600)
    sender = ChannelSender((channel,), answers, clock)
    for seq in (1, 2, 3):
        sender.send(recorded(seq))
    clock.is_waiting.wait(WAIT_S)
    sender.stop(WAIT_S)
    said = [answers.next()[1] for _ in range(3)]
    assert [type(event) for event in said] == [NotifySent, NotifyFailed, NotifyFailed]
    assert (said[1].retry_after_s, channel.texts) == (3600.0, ["text 1"])


def test_what_a_stuck_channel_never_tried_is_said_to_be_so(answers):
    channel = Scripted(is_free=False)
    sender = ChannelSender((channel,), answers)
    sender.send(recorded(1))
    channel.began.wait(WAIT_S)
    sender.send(recorded(2))
    sender.stop(0.01)
    _, event, cause = answers.next()
    channel.may_end.set()
    assert (type(event), event.retry_after_s, cause) == (NotifyFailed, 1.0, 2)


def test_after_a_stop_nothing_is_tried(answers):
    channel = Scripted()
    sender = ChannelSender((channel,), answers)
    sender.stop(WAIT_S)
    sender.send(recorded(1))
    assert (type(answers.next()[1]), channel.texts) == (NotifyFailed, [])


def test_what_is_not_worth_sending_any_more_is_not_sent(answers):
    channel, clock = Scripted(), HandClock(at("09:30:01"))
    ChannelSender((channel,), answers, clock).send(recorded(1, until=at("09:30:00")))
    assert (type(answers.next()[1]), channel.texts) == (NotifyFailed, [])


def test_what_is_worth_sending_now_is_sent(answers):
    channel, clock = Scripted(), HandClock(at("09:30:00"))
    ChannelSender((channel,), answers, clock).send(recorded(1, until=at("09:30:00")))
    assert type(answers.next()[1]) is NotifySent


def test_after_too_many_telegram_is_left_alone(answers, telegram):
    clock = HandClock()
    telegram.faults.append(too_many(30))
    channel = TelegramChannel(telegram.url, "123456:SECRET", "42", Http(5), clock=clock)
    sender = ChannelSender((channel,), answers, clock)
    for seq in (1, 2, 3):
        sender.send(recorded(seq))
    said = [answers.next()[1] for _ in range(3)]
    sender.stop(WAIT_S)
    assert [type(event) for event in said] == [NotifyFailed, NotifySent, NotifySent]
    assert (telegram.texts(), clock.waits_s) == (["text 2", "text 3"], [30.0, 1.0])


# --- the console


def test_the_log_channel_writes_the_text():
    lines = []
    assert (LogChannel(lines.append).send(ask("told")).status, lines) == ("sent", ["told"])


def test_the_log_channel_steers_no_terminal():
    lines = []
    LogChannel(lines.append).send(ask("A\x1b[31mB\x07\r\x9b\n삼성전자 <b>"))
    assert lines == ["A\\x1b[31mB\\x07\\r\\x9b\n삼성전자 <b>"]


def test_the_next_waits_until_the_answer_is_durable(answers):
    channel = Scripted()
    sender = sender_module.ChannelSender((channel,), answers)
    sender.send(recorded(1))
    sender.send(recorded(2))
    answers.next()
    time.sleep(0.3)  # long enough for a sender that does not wait
    assert channel.texts == ["text 1"]
    sender.settled(1)
    answers.next()
    assert channel.texts == ["text 1", "text 2"]
