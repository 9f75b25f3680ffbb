"""Gives each channel a queue and a thread of its own, so that a slow one delays neither trades nor the others."""

import time
from collections.abc import Mapping
from datetime import datetime
from queue import Empty, Full, Queue
from threading import Condition, Thread
from threading import Event as Signal

from kis_actors.adapters.clock import Clock
from kis_actors.messages import Event, NotifyFailed, NotifyRequested, NotifySent, NotifyUnknown, Record
from kis_actors.ports import Channel, Journal, Outcome

STREAM = "channel"
QUEUE_MAX = 1000
POLL_S = 0.2
RESOLUTION_S = 1e-6
"""Less than this is no wait: a clock shown as a float has no finer steps."""
FULL_RETRY_S = 60.0
RETRY_S_MIN = 1.0
STOPPED = "the daemon stopped before its turn"


class ChannelSender:
    """All enabled channels. Started at once; stop sends what is queued and may go out now.

    busy_until: by channel, before when it wants nothing, as it said in a run before.
    """

    def __init__(
        self, channels: tuple[Channel, ...], journal: Journal, clock: Clock | None = None,
        busy_until: Mapping[str, datetime] | None = None,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._clock = clock or Clock()
        self._queues: dict[str, Queue[Record]] = {channel.name: Queue(QUEUE_MAX) for channel in channels}
        self._busy_until = busy_until or {}
        self._durable = Condition()
        self._unsettled: set[int] = set()
        self._stopping = Signal()
        self._abandoned = Signal()
        self._threads = [
            Thread(target=self._run, args=(channel,), name=f"Channel-{channel.name}", daemon=True)
            for channel in channels
        ]
        for thread in self._threads:
            thread.start()

    def send(self, question: Record) -> None:
        """Queues the message; what cannot be queued has certainly failed."""
        name = _asked(question).channel
        if name not in self._queues:
            self._answered(question, Outcome(status="failed", reason=f"no channel {name}"))
        elif self._abandoned.is_set():
            self._answered(question, _not_now(STOPPED, RETRY_S_MIN))
        else:
            self._queue(question, self._queues[name])

    def settled(self, question_seq: int) -> None:
        """The answer to that question is durable: its channel may go on to the next."""
        with self._durable:
            self._unsettled.discard(question_seq)
            self._durable.notify_all()

    def stop(self, timeout_s: float) -> None:
        """Sends what is queued, for at most `timeout_s` real seconds; what never was tried is said to be so.

        A message under way when the time is over stays without an answer, and is in doubt at the next start.
        """
        self._stopping.set()
        deadline_s = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline_s - time.monotonic()))
        self._abandoned.set()
        for queue in self._queues.values():
            while question := _next(queue):
                self._answered(question, _not_now(STOPPED, RETRY_S_MIN))

    def _queue(self, question: Record, queue: Queue[Record]) -> None:
        try:
            queue.put_nowait(question)
        except Full:
            self._answered(question, _not_now(f"{QUEUE_MAX} messages are waiting already", FULL_RETRY_S))

    def _run(self, channel: Channel) -> None:
        """One message after the other, none before the pause that the one before made necessary."""
        free_at_s = self._clock.elapsed_s() + self._rest_s(channel.name)
        while not self._abandoned.is_set():
            question = _next(self._queues[channel.name], POLL_S)
            if question:
                outcome = self._outcome(channel, _asked(question), free_at_s)
                free_at_s = max(free_at_s, self._clock.elapsed_s() + outcome.pause_s)
                self._unsettled.add(question.seq)
                self._answered(question, outcome)
                self._until_settled(question.seq)
            elif self._stopping.is_set():
                return

    def _rest_s(self, name: str) -> float:
        until = self._busy_until.get(name)
        return max(0.0, (until - self._clock.now()).total_seconds()) if until else 0.0

    def _until_settled(self, seq: int) -> None:
        """So that after kill -9 only the oldest question of a channel can have been tried."""
        with self._durable:
            while seq in self._unsettled and not self._abandoned.is_set():
                self._durable.wait(POLL_S)

    def _outcome(self, channel: Channel, asked: NotifyRequested, free_at_s: float) -> Outcome:
        if not self._is_free(free_at_s):
            left_s = free_at_s - self._clock.elapsed_s()
            return _not_now(STOPPED, max(left_s, RETRY_S_MIN))
        if asked.until and self._clock.now() > asked.until:
            return _not_now("it waited for its turn until it was not worth sending", RETRY_S_MIN)
        return channel.send(asked)

    def _is_free(self, free_at_s: float) -> bool:
        """Waits for the channel's turn; false if that is not now, and the daemon stops."""
        while (wait_s := free_at_s - self._clock.elapsed_s()) > RESOLUTION_S:
            if self._clock.wait(self._stopping, wait_s):
                return False
        return True

    def _answered(self, question: Record, outcome: Outcome) -> None:
        self._journal.observe(STREAM, _answer(_asked(question), outcome, self._clock.now()), question.seq)


def _asked(question: Record) -> NotifyRequested:
    assert isinstance(question.event, NotifyRequested)
    return question.event


def _next(queue: Queue[Record], wait_s: float = 0.0) -> Record | None:
    try:
        return queue.get(block=wait_s > 0, timeout=wait_s)
    except Empty:
        return None


def _not_now(reason: str, retry_after_s: float) -> Outcome:
    """Nothing was tried, which is as certain as a failure can be."""
    return Outcome(status="failed", reason=reason, retry_after_s=retry_after_s)


def _answer(asked: NotifyRequested, outcome: Outcome, at: datetime) -> Event:
    alert_id, channel, attempt, reason = asked.alert_id, asked.channel, asked.attempt, outcome.reason
    if outcome.status == "sent":
        return NotifySent(alert_id=alert_id, channel=channel, attempt=attempt, message_id=outcome.message_id)
    if outcome.status == "unknown":
        return NotifyUnknown(alert_id=alert_id, channel=channel, attempt=attempt, reason=reason)
    return NotifyFailed(
        alert_id=alert_id, channel=channel, attempt=attempt, reason=reason, retry_after_s=outcome.retry_after_s, at=at
    )
