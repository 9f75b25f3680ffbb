"""What the daemon prints: lines for people, or one JSON object a line. No secret and nothing that steers a terminal.

Whoever makes a line leaves secrets out; here they are cut out once more, of all that goes to either stream.
"""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Literal, NamedTuple, TextIO

from kis_actors.app import AGAIN, GIVING_UP, NEEDS_A_PERSON, REPORT
from kis_actors.commands.reading import json_of
from kis_actors.printable import one_line, plain
from kis_actors.vitals import real_now

Format = Literal["text", "json"]
Redact = Callable[[str], str]
WARNING = "warning: "
ENDS = tuple(f"{what}: " for what in NEEDS_A_PERSON.values())
"""What the last line of a run that a person has to help begins with."""


class News(NamedTuple):
    """What is not as it was. topic: session, link, scan and the like. at: by the daemon's clock."""

    topic: str
    line: str
    at: datetime | None


class TextOutput:
    """Lines for people. A stream that nobody reads any more is no reason to stop."""

    def __init__(self, redact: Redact, stream: TextIO) -> None:
        self._redact = redact
        self._stream = stream

    def write(self, text: str) -> None:
        """Prints `text`, which may have several lines."""
        self._print(self._shown(text))

    def say(self, news: News) -> None:
        """Prints one line, with the time of the daemon's clock."""
        self.write(stamped(news))

    def trouble(self, line: str) -> None:
        """Prints a line of an error."""
        self.write(line)

    def _shown(self, text: str) -> str:
        return plain(self._redact(text))

    def _print(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()


class JsonOutput(TextOutput):
    """`{"at": "…+09:00", "level": "info|warning|error", "topic": "…", "text": "…"}`, a line each; at: the real instant.

    topic: that of the news, `said` for what else the daemon says, `trouble` for what a failing thread left behind.
    """

    def write(self, text: str) -> None:
        """What the daemon says, a message to a person included."""
        is_end = text.startswith(ENDS) or text.endswith((AGAIN, GIVING_UP, GIVING_UP + REPORT))
        level = "warning" if text.startswith(WARNING) else "error" if is_end else "info"
        self._line(level, "said", text.removeprefix(WARNING))

    def say(self, news: News) -> None:
        """What is not as it was."""
        self._line("info", news.topic, news.line)

    def trouble(self, line: str) -> None:
        """A line of an error."""
        self._line("error", "trouble", line)

    def _line(self, level: str, topic: str, text: str) -> None:
        # Redacted before it becomes JSON, which would write a quote in a secret another way, and has words of its own.
        self._print(json_of({"at": real_now(), "level": level, "topic": topic, "text": self._shown(text)}))


def output_for(shape: Format, redact: Redact, stream: TextIO) -> TextOutput:
    """Either of them. What the stream's encoding lacks is written as \\uc0bc rather than not at all."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return (JsonOutput if shape == "json" else TextOutput)(redact, stream)


def stamped(news: News) -> str:
    """`09:00:00 link open`."""
    return f"{f'{news.at:%H:%M:%S}' if news.at else '--:--:--'} {one_line(news.line)}"


@contextmanager
def errors_through(output: TextOutput) -> Iterator[None]:
    """While inside, what anybody writes to standard error goes through `output`: tracebacks of threads, warnings."""
    before, sys.stderr = sys.stderr, _Errors(output)
    try:
        yield
    finally:
        sys.stderr = before


class _Errors(io.TextIOBase):
    """Hands on whole lines."""

    def __init__(self, output: TextOutput) -> None:
        self._output = output
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._output.trouble(line)
        return len(text)
