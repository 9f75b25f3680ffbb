"""Foreign text on its way to a terminal or a line of a log: what steers a terminal is shown, not obeyed."""

import unicodedata

STEERING = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, halves of surrogate pairs, and line ends that only some programs know."""
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""These reverse what is shown after them."""


def plain(text: str) -> str:
    r"""`text` with what steers a terminal written as \x1b; lines stay lines."""
    return text if text.isprintable() else "".join(map(_shown, text))


def one_line(text: str) -> str:
    r"""As `plain`, on one line: a line end within is written as \n, so that nothing can pass for a line of its own."""
    return plain(text).replace("\n", "\\n")


def _shown(character: str) -> str:
    steers = character in TURNING or unicodedata.category(character) in STEERING
    return ascii(character)[1:-1] if steers and character != "\n" else character
