"""Says what is being measured: a line that is written over on a terminal, and elsewhere one for each subject."""

import sys
from typing import TextIO

COLUMNS = 100
CLEAR = "\r\x1b[K"


class Progress:
    """What is done now, for as long as it is done; a context manager."""

    def __init__(self, subject: str, stream: TextIO | None = None) -> None:
        """stream: standard error, unless another is given."""
        self._subject, self._stream = subject, stream or sys.stderr
        self._is_terminal = self._stream.isatty()

    def tell(self, what: str) -> None:
        """Shows `what`, in the place of what it said before."""
        if self._is_terminal:
            self._write(CLEAR + f"{self._subject}: {what}"[:COLUMNS])

    def __enter__(self) -> "Progress":
        if not self._is_terminal:
            self._write(f"measuring {self._subject} ...\n")
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_terminal:
            self._write(CLEAR)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
