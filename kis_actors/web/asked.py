"""What the page asks for, checked: days, moments, codes and settings come from outside."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from eventlog.day import days_in, kept_of
from kis_actors.commands.reading import instant_of
from kis_actors.kis.values import CODE

MOMENT = re.compile(r"\d\d:\d\d(:\d\d)?")
FOLLOWED = ("monitor.signal.", "monitor.rules.", "monitor.groups.", "monitor.alert_cooldown_sec")
"""Settings that only say what is made of the inputs; what KIS was asked on the day is past."""
OVERRIDES_MAX, OVERRIDE_LENGTH_MAX, BODY_BYTES_MAX = 10, 200, 10_000


class Refused(ValueError):
    """What was asked for cannot be; says what was expected and what came."""


class WhatIf(Struct, frozen=True, forbid_unknown_fields=True):
    """Two sets of settings for one day, each as KEY=VALUE; an empty one is the day as it was."""

    day: str
    settings: tuple[tuple[str, ...], tuple[str, ...]]


def day_of(text: str, data_dir: Path) -> Path:
    """The file of a day, of those there are. Raises Refused."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"day: expected YYYY-MM-DD, found {text[:20]!r}") from None
    if day not in days_in(data_dir):
        raise Refused(f"day: there is no log of {day}")
    return kept_of(data_dir, day)


def moment_of(text: str, path: Path) -> datetime:
    """HH:MM or HH:MM:SS of the log day in `path`; before 06:00 is the morning after. Raises Refused."""
    if not MOMENT.fullmatch(text):
        raise Refused(f"at: expected HH:MM:SS, found {text[:20]!r}")
    try:
        at = instant_of(text, date.fromisoformat(path.stem))
    except ValueError as error:
        raise Refused(f"at: {error}") from None
    assert at is not None
    return at


def code_of(text: str) -> str:
    """A code in its form. Raises Refused."""
    if not CODE.fullmatch(text):
        raise Refused(f"code: expected six digits or capital letters, such as 005930, found {text[:12]!r}")
    return text


def what_if_of(body: bytes) -> WhatIf:
    """Raises Refused for settings that other answers of KIS would have followed from, too."""
    try:
        asked = msgspec.json.decode(body, type=WhatIf)
    except msgspec.DecodeError as error:
        raise Refused(f"what-if: {error}") from None
    for override in [one for each in asked.settings for one in each]:
        if not override.startswith(FOLLOWED) or "=" not in override or len(override) > OVERRIDE_LENGTH_MAX:
            raise Refused(f"settings: expected KEY=VALUE of {', '.join(FOLLOWED)}, found {override[:60]!r}")
    if any(len(each) > OVERRIDES_MAX for each in asked.settings):
        raise Refused(f"settings: expected at most {OVERRIDES_MAX} of each")
    return asked


def json_of(value: Any) -> bytes:
    """`value` as JSON."""
    return msgspec.json.encode(value)
