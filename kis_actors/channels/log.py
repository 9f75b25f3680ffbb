"""Alerts as lines on the console."""

from collections.abc import Callable

from kis_actors.ports import Outcome


class LogChannel:
    """Hands every message to `write`."""

    name = "log"

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def send(self, text: str) -> Outcome:
        """Writes `text`."""
        self._write(text)
        return Outcome(status="sent")
