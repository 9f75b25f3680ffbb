"""The people and their channels: what they really received, whatever the daemon was told of it; and what they say."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from kis_actors.messages import CommandReceived, Event, NotifyFailed, NotifyRequested, NotifySent, NotifyUnknown, Record
from kis_actors.units import ns_of_instant
from simulation.disk import Broken
from simulation.fates import CHANNELS, OUTCOMES
from simulation.stage import Stage

SAYINGS = (
    "/status", "/near", "/subs", "/alerts", "/why {}", "/snooze {} 1m", "/unsnooze {}", "/mute 1m", "/unmute",
    "/pause", "/resume", "/pin {}", "/unpin {}", "/reload", "/help", "/nonsense", "/why 999999",
)  # fmt: skip
POLL_S = 2.0


class Delivery(NamedTuple):
    """A message that a person has in front of them. seq: of the question that sent it."""

    asked: NotifyRequested
    seq: int
    at_ns: int


class Channels:
    """Each with its own queue, one message under way at a time. tried: every attempt that left, and its fate."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.received: list[Delivery] = []
        self.tried: dict[int, str] = {}
        self._queues: dict[str, deque[Record]] = {}
        self._busy: dict[str, Record] = {}
        self._free_at_ns: dict[str, int] = {}
        self._is_stopping = False
        self.died()

    def send(self, question: Record) -> None:
        """Takes a NotifyRequested; not even the loss of power may take back what a person was told."""
        self._stage.require_durable(question)
        if question.seq > (marked_seq := self._stage.disk.marked_seq):
            raise Broken(f"I5: record {question.seq} is to be sent, the log is marked up to {marked_seq}")
        assert isinstance(question.event, NotifyRequested)
        if self._is_stopping:
            return self._answer(question, "unreachable")
        self._queues[question.event.channel].append(question)
        return self._next(question.event.channel)

    def settled(self, question_seq: int) -> None:
        """The answer to that question is durable: its channel goes on to the next."""
        for name, question in tuple(self._busy.items()):
            if question.seq == question_seq:
                del self._busy[name]
                self._next(name)

    def begin(self, busy_until: Mapping[str, datetime]) -> None:
        """A run begins. busy_until: by channel, before when it wants nothing."""
        self._free_at_ns = {name: ns_of_instant(until) for name, until in busy_until.items()}

    def died(self) -> None:
        """What waited for its turn was never tried."""
        self._queues = {name: deque() for name in CHANNELS}
        self._busy = {}
        self._is_stopping = False

    def stop(self) -> None:
        """What was not tried is said to be so; what is under way stays without an answer."""
        self._is_stopping = True
        for queue in self._queues.values():
            while queue:
                self._answer(queue.popleft(), "unreachable")

    def _next(self, name: str) -> None:
        wait_s = (self._free_at_ns.get(name, 0) - self._stage.now_ns) / 1e9
        if wait_s > 0 and self._queues[name]:
            self._stage.in_process(wait_s, lambda: self._next(name))
        elif self._queues[name] and name not in self._busy:
            self._busy[name] = question = self._queues[name].popleft()
            asked = question.event
            assert isinstance(asked, NotifyRequested)
            if asked.until and self._stage.now > asked.until:
                self._done(question, "unreachable")  # as the sender does with what waited too long
            else:
                self._leave(question, asked)

    def _leave(self, question: Record, asked: NotifyRequested) -> None:
        """The request goes out; from now on nobody can stop it."""
        stage = self._stage
        if question.seq in self.tried:
            raise Broken(f"I4: record {question.seq} was sent twice")
        weights = stage.fates.told if asked.channel != "log" else (1.0,)
        fate = stage.chance.choices(OUTCOMES[: len(weights)], weights)[0]
        self.tried[question.seq] = fate
        took_s = stage.chance.uniform(5, 12) if fate == "slow" else stage.chance.uniform(0.01, 1.0)
        stage.trace("sends", question.seq, asked.channel, asked.alert_id, fate)
        if fate in ("sent", "slow", "unknown_there"):
            stage.in_world(took_s / 2, lambda: self._arrive(question, asked))
        stage.in_process(took_s, lambda: self._done(question, fate))

    def _arrive(self, question: Record, asked: NotifyRequested) -> None:
        self.received.append(Delivery(asked, question.seq, self._stage.now_ns))
        self._stage.trace("person reads", asked.channel, asked.alert_id, asked.attempt)

    def _done(self, question: Record, fate: str) -> None:
        asked = question.event
        assert isinstance(asked, NotifyRequested)
        pause_s = 0.05 if fate != "busy" else self._stage.chance.uniform(1, 5)
        self._free_at_ns[asked.channel] = self._stage.after_s(pause_s)
        self._answer(question, fate)

    def _answer(self, question: Record, fate: str) -> None:
        self._stage.observe("channel", _outcome(question, fate, self._stage), question.seq)


def _outcome(question: Record, fate: str, stage: Stage) -> Event:
    asked = question.event
    assert isinstance(asked, NotifyRequested)
    name, channel, attempt = asked.alert_id, asked.channel, asked.attempt
    if fate in ("sent", "slow"):
        return NotifySent(alert_id=name, channel=channel, attempt=attempt, message_id=str(question.seq))
    if fate.startswith("unknown"):
        return NotifyUnknown(alert_id=name, channel=channel, attempt=attempt, reason="no answer in time")
    reason, wait_s = {
        "busy": ("HTTP 429", stage.chance.uniform(1, 15)), "unreachable": ("connection refused", 1.0),
        "refused": ("HTTP 400", -1.0),
    }[fate]  # fmt: skip
    return NotifyFailed(
        alert_id=name, channel=channel, attempt=attempt, reason=reason, retry_after_s=wait_s, at=stage.now
    )


class Chat:
    """What people say, and the poll that brings it: each update until it is confirmed, and that only when durable."""

    def __init__(self, stage: Stage, channels: Channels) -> None:
        self._stage = stage
        self.said: dict[int, CommandReceived] = {}
        self.reload_wanted = False
        self._number = 0
        self._after = 0
        self._unread: dict[int, CommandReceived] = {}

    def say(self, text: str) -> None:
        """A person writes, or presses a button."""
        self._number += self._stage.chance.randint(1, 3)
        is_press, number = self._stage.happens(0.2), self._number
        words = {"data": text.removeprefix("/"), "press_id": f"press-{number}"} if is_press else {"text": text}
        said = CommandReceived(update_id=number, person="1", chat="", **words)
        self.said[number] = self._unread[number] = said

    def say_something(self) -> None:
        """One of the commands, or what is none."""
        self.say(self._stage.chance.choice(SAYINGS).format(self._stage.chance.choice(self._stage.codes)))

    def listen(self, after: int) -> None:
        """Begins to poll, for what came after update `after`."""
        self._after = after
        self._stage.in_process(0.1, self._poll)

    def is_all_taken(self) -> bool:
        """Whether the daemon has everything that was said."""
        return not self._unread

    def _poll(self) -> None:
        """What was read the time before is confirmed first; nothing is read while that is not durable."""
        self._stage.in_process(POLL_S, self._poll)
        if not self._stage.is_flushed():
            return
        self._unread = {number: said for number, said in self._unread.items() if number > self._after}
        for number, said in sorted(self._unread.items()):
            self._after = number
            self._stage.observe("telegram", said)

    def answer_press(self, press_id: str, text: str) -> None:
        """Ends the waiting that a pressed button shows."""
        self._stage.require_durable(self._stage.handling)

    def reload(self) -> None:
        """Has the settings read again."""
        self._stage.require_durable(self._stage.handling)
        self.reload_wanted = True
