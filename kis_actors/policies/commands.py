"""What a person may ask the daemon in a chat, and how it is read. Knows no event."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Literal, NamedTuple

Argument = Literal["", "code", "code span", "span"]

COMMANDS: Mapping[str, Argument] = {
    "status": "", "near": "", "subs": "", "alerts": "", "why": "code", "snooze": "code span", "unsnooze": "code",
    "mute": "span", "unmute": "", "pause": "", "resume": "", "pin": "code", "unpin": "code", "reload": "", "help": "",
}  # fmt: skip
"""Every command, and what it wants to be told."""

ALIASES: Mapping[str, str] = {"start": "help"}
"""Telegram itself sends /start at the first contact."""
ENDING: Mapping[str, str] = {"snooze": "unsnooze", "mute": "unmute"}
OFF = ("off", "해제")
TO_THE_CLOSE = ("close", "today", "마감", "오늘")
SPAN = re.compile(r"(?:(\d{1,4})(?:d|일))?(?:(\d{1,4})(?:h|시간))?(?:(\d{1,4})(?:m|분))?")
SPAN_MAX = timedelta(days=7)
USUAL_SPAN = {"snooze": "1h", "mute": "close"}
SIMILAR_MAX = 3

Trouble = Literal["unknown", "no code", "stranger", "span", "too much"]


class Asked(NamedTuple):
    """A command that can be followed. until: of a snooze or a mute, None to the close."""

    name: str
    code: str = ""
    until: datetime | None = None


class Misused(NamedTuple):
    """Words that are no command. word: the one that does not fit. similar: what may have been meant."""

    trouble: Trouble
    name: str = ""
    word: str = ""
    similar: tuple[str, ...] = ()


def read(text: str, names: Mapping[str, str], now: datetime) -> Asked | Misused:
    """The command in `text`. names: of the watched stocks, by code; a command may say either."""
    first, *words = text.split() or [""]
    name = first.removeprefix("/").partition("@")[0].lower()
    name = ALIASES.get(name, name)
    if name not in COMMANDS:
        return Misused("unknown", word=first, similar=tuple(get_close_matches(name, COMMANDS, 1)))
    if words and name in ENDING and words[-1].lower() in OFF:
        name, words = ENDING[name], words[:-1]
    return _with_arguments(name, words, names, now)


def code_of(word: str, names: Mapping[str, str]) -> str:
    """The watched code that `word` means, by code or by name; "" if none."""
    upper = word.upper()
    if upper in names:
        return upper
    return next((code for code, name in names.items() if name.upper() == upper), "")


def similar_to(word: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Watched stocks that look like `word`, as "code name"."""
    known = {**{name.upper(): code for code, name in names.items()}, **{code: code for code in names}}
    begins = [text for text in known if text.startswith(word.upper())]
    found = [*begins, *get_close_matches(word.upper(), known, SIMILAR_MAX, cutoff=0.5)]
    return tuple(f"{code} {names[code]}" for code in dict.fromkeys(known[text] for text in found))[:SIMILAR_MAX]


def _with_arguments(name: str, words: list[str], names: Mapping[str, str], now: datetime) -> Asked | Misused:
    code, wanted = "", COMMANDS[name]
    if wanted.startswith("code"):
        if not words:
            return Misused("no code", name)
        code = code_of(words[0], names)
        if not code:
            return Misused("stranger", name, words[0], similar_to(words[0], names))
        words = words[1:]
    if wanted.endswith("span"):
        return _with_span(name, code, words, now)
    return Misused("too much", name, words[0]) if words else Asked(name, code)


def _with_span(name: str, code: str, words: list[str], now: datetime) -> Asked | Misused:
    said = [word.lower() for word in words if word.lower() not in ("until", "for")] or [USUAL_SPAN[name]]
    if len(said) == 1 and said[0] in TO_THE_CLOSE:
        return Asked(name, code)
    span = _span("".join(said))
    return Asked(name, code, now + span) if span else Misused("span", name, " ".join(words))


def _span(text: str) -> timedelta | None:
    """1h, 30m, 1h30m, 2d and the same in Korean; None for anything else, and for more than a week."""
    match = SPAN.fullmatch(text)
    if not text or not match:
        return None
    days, hours, minutes = (int(part or 0) for part in match.groups())
    span = timedelta(days=days, hours=hours, minutes=minutes)
    return span if timedelta() < span <= SPAN_MAX else None
