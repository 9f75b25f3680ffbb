"""Decided by whichever actor knows the answer."""

from kis_actors.messages.base import Event


class ReplyGiven(Event):
    """The answer to a command. code: what it is about, if NotifyActor has something to add on that."""

    update_id: int
    chat: str
    text: str
    code: str = ""
