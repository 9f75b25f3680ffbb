"""The picture of a message, if there is one and it can be drawn; without it the text goes alone."""

from collections.abc import Callable

from msgspec.structs import replace

from kis_actors.adapters.http import Answer
from kis_actors.channels.outcomes import RETRY_S_MIN
from kis_actors.messages import NotifyRequested, Picture
from kis_actors.ports import Outcome

FILE_NAME = "chart.png"
Draw = Callable[[Picture], bytes]
"""Draws a PNG."""
PngFile = tuple[str, bytes, str]

_CANNOT = (ArithmeticError, AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What drawing libraries raise for a font, a size or a mode they cannot do; an alert is worth more than its picture."""
_UNWANTED = (400, 403, 413)


class Pictures:
    """Draws while the channel takes pictures."""

    def __init__(self, draw: Draw | None) -> None:
        self._draw = draw

    def of(self, question: NotifyRequested) -> PngFile | None:
        """The file to attach; None if there is nothing to show, or nothing to show it with."""
        if question.picture is None or not question.picture.price_won or self._draw is None:
            return None
        try:
            return FILE_NAME, self._draw(question.picture), "image/png"
        except _CANNOT:
            return None

    def refused(self, answer: Answer, outcome: Outcome) -> Outcome:
        """What a refusal of a message with a picture means: no more pictures, and the text may be tried alone."""
        if answer.status not in _UNWANTED:
            return outcome
        self._draw = None
        return replace(outcome, reason=f"{outcome.reason}; pictures are off now", retry_after_s=RETRY_S_MIN)
