"""Alerts as lines on the console."""

import unicodedata
from collections.abc import Callable

from kis_actors.messages import NotifyRequested
from kis_actors.ports import Outcome


class LogChannel:
    """Hands every message to `write`."""

    name = "log"

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def send(self, question: NotifyRequested) -> Outcome:
        """Writes the text."""
        self._write(harmless(question.text))
        return Outcome(status="sent")


def harmless(text: str) -> str:
    """`text` without what steers a terminal; lines stay lines."""
    return "".join(character for character in text if character == "\n" or unicodedata.category(character) != "Cc")
