"""Texts cut to what a channel takes, at a place where nothing is torn apart; a cut shows as an ellipsis."""

import re
from collections.abc import Iterable
from itertools import accumulate, takewhile

ELLIPSIS = "…"
_ESCAPED = re.compile(r"\\.|.", re.DOTALL)


def utf16_units(text: str) -> int:
    """The length of `text` as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_to_units(text: str, units_max: int) -> str:
    """`text` in at most `units_max` UTF-16 units; no character outside the basic plane is halved."""
    if utf16_units(text) <= units_max:
        return text
    return _fitting(text, map(utf16_units, text), units_max)


def cut_escaped(text: str, characters_max: int) -> str:
    """`text` in at most `characters_max` characters; no backslash is left without what it escapes."""
    if len(text) <= characters_max:
        return text
    pieces = _ESCAPED.findall(text)
    return _fitting(pieces, map(len, pieces), characters_max)


def _fitting(pieces: Iterable[str], lengths: Iterable[int], length_max: int) -> str:
    ends = zip(pieces, accumulate(lengths), strict=True)
    kept = takewhile(lambda piece: piece[1] <= length_max - len(ELLIPSIS), ends)
    return "".join(piece for piece, _ in kept) + ELLIPSIS
