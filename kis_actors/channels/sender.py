"""Gives each channel a queue and a thread of its own, so that a slow one delays neither trades nor the others."""

import time
from queue import Empty, Full, Queue
from threading import Event as Signal
from threading import Thread

from kis_actors.messages import Event, NotifyFailed, NotifyRequested, NotifySent, NotifyUnknown, Record
from kis_actors.ports import Channel, Journal, Outcome

STREAM = "channel"
QUEUE_MAX = 1000
POLL_S = 0.2


class ChannelSender:
    """All enabled channels. Started at once; stop waits for what is queued."""

    def __init__(self, channels: tuple[Channel, ...], journal: Journal) -> None:
        self._journal = journal
        self._queues: dict[str, Queue[Record]] = {channel.name: Queue(QUEUE_MAX) for channel in channels}
        self._stopping = Signal()
        self._abandoned = Signal()
        self._threads = [Thread(target=self._run, args=(channel,), daemon=True) for channel in channels]
        for thread in self._threads:
            thread.start()

    def send(self, question: Record) -> None:
        """Queues the message; a full queue, or a channel that is not there, is a certain failure."""
        asked = question.event
        assert isinstance(asked, NotifyRequested)
        queue = self._queues.get(asked.channel)
        if queue is None:
            self._answered(question, Outcome(status="failed", reason=f"no channel {asked.channel}"))
            return
        try:
            queue.put_nowait(question)
        except Full:
            self._answered(question, Outcome(status="failed", reason=f"{QUEUE_MAX} messages are waiting already"))

    def stop(self, timeout_s: float) -> None:
        """Sends what is queued, for at most `timeout_s` real seconds; what is left is asked again at the next start."""
        self._stopping.set()
        deadline_s = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline_s - time.monotonic()))
        self._abandoned.set()

    def _run(self, channel: Channel) -> None:
        queue = self._queues[channel.name]
        while not self._abandoned.is_set():
            try:
                question = queue.get(timeout=POLL_S)
            except Empty:
                if self._stopping.is_set():
                    return
                continue
            assert isinstance(question.event, NotifyRequested)
            self._answered(question, channel.send(question.event.text))

    def _answered(self, question: Record, outcome: Outcome) -> None:
        asked = question.event
        assert isinstance(asked, NotifyRequested)
        self._journal.observe(STREAM, _answer(asked, outcome), question.seq)


def _answer(asked: NotifyRequested, outcome: Outcome) -> Event:
    alert_id, channel, attempt = asked.alert_id, asked.channel, asked.attempt
    if outcome.status == "sent":
        return NotifySent(alert_id=alert_id, channel=channel, attempt=attempt, message_id=outcome.message_id)
    kind = NotifyUnknown if outcome.status == "unknown" else NotifyFailed
    return kind(alert_id=alert_id, channel=channel, attempt=attempt, reason=outcome.reason)
