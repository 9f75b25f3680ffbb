"""Said by a channel, answering NotifyRequested."""

from datetime import datetime

from kis_actors.messages.base import Event


class NotifySent(Event):
    """The channel took the message. message_id: the channel's own name for it, "" if it has none."""

    alert_id: str
    channel: str
    attempt: int
    message_id: str = ""


class NotifyFailed(Event):
    """The message was certainly not delivered.

    retry_after_s: the channel takes it after so long, or may (no connection); negative if it never will. at: when it
    said so, or gave no answer.
    """

    alert_id: str
    channel: str
    attempt: int
    reason: str
    retry_after_s: float = -1.0
    at: datetime | None = None


class NotifyUnknown(Event):
    """Nobody knows whether the message was delivered: a time-out, or the daemon died between request and answer."""

    alert_id: str
    channel: str
    attempt: int
    reason: str
