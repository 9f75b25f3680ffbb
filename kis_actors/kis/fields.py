"""How the fields that every data frame has are read, and how a frame is refused."""

import re
from functools import lru_cache

from kis_actors.kis.values import CODE

CLASS = re.compile(r"[ -\]_-{}~]{0,8}")
"""Plain characters, but none of those that divide a frame."""


class FrameError(ValueError):
    """A data frame that cannot be trusted; nothing of it was used.

    reason: header, feed, count, width, code or field; stable, for counting.
    tr_id: the feed, if it is one we know; "" otherwise.
    width: columns in each record; 0 if not known, as where the count of records cannot be right.
    """

    def __init__(self, message: str, reason: str, *, tr_id: str = "", width: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.tr_id = tr_id
        self.width = width


def shown(text: str) -> str:
    """The beginning of `text` as an error may show it: one short line of plain characters."""
    return ascii(text[:20])


# What follows is remembered: a code and the classes repeat thousands of times a day.


@lru_cache(maxsize=4096)
def code_of(text: str) -> str:
    """`text` if it is a code; raises FrameError."""
    if not CODE.fullmatch(text):
        raise FrameError(f"code {shown(text)} is not 6 to 9 digits or capital letters", "code")
    return text


@lru_cache(maxsize=256)
def require_classes(*classes: str) -> None:
    """Raises FrameError if one of `classes` is longer than any class of KIS, or not plain ASCII."""
    for text in classes:
        if not CLASS.fullmatch(text):
            raise FrameError(f"class {shown(text)} is not up to 8 plain characters", "field")
