"""Alerts as lines on the console."""

from collections.abc import Callable

from kis_actors.messages import NotifyRequested
from kis_actors.ports import Outcome
from kis_actors.printable import plain


class LogChannel:
    """Hands every message to `write`."""

    name = "log"

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def send(self, question: NotifyRequested) -> Outcome:
        """Writes the text."""
        self._write(plain(question.text))
        return Outcome(status="sent")
