"""What docstrings say of a name, and what Korean readers are told instead."""

import inspect
import re
from functools import cache
from pathlib import Path

import yaml

WORDS = re.compile(r"(?:^|(?<=[.;] ))(\w+(?:, \w+)*): ")
KOREAN = Path(__file__).with_name("korean")


class Unsaid(Exception):
    """A name that nobody has put into words yet; says where to."""


def claim_of(kind: type, names: tuple[str, ...]) -> str:
    """What the docstring says of `kind` itself: all before it speaks of one of `names`."""
    text, places = _read(kind, names)
    return text[: places[0].start()].strip() if places else text


def meanings_of(kind: type, names: tuple[str, ...]) -> dict[str, str]:
    """What the docstring says of each of `names` it speaks of; several that it names together share the words."""
    text, places = _read(kind, names)
    ends = [*(place.start() for place in places[1:]), len(text)][: len(places)]
    said = {}
    for place, end in zip(places, ends, strict=True):
        words = text[place.end() : end].strip().rstrip(";")
        said |= dict.fromkeys(place[1].split(", "), words)
    return said


def _read(kind: type, names: tuple[str, ...]) -> tuple[str, list[re.Match[str]]]:
    text = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
    return text, [place for place in WORDS.finditer(text) if set(place[1].split(", ")) <= set(names)]


@cache
def korean(book: str) -> dict[str, str]:
    """All lines of one book, by name."""
    return yaml.load((KOREAN / f"{book}.yaml").read_text("utf-8"), yaml.BaseLoader)


def in_korean(book: str, name: str) -> str:
    """The line of `name`. Raises Unsaid."""
    try:
        return korean(book)[name]
    except KeyError:
        raise Unsaid(f"no Korean line for {name}: add one to tools/manual/korean/{book}.yaml") from None
