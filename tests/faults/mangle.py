"""Input as nobody sends it on purpose: texts and JSON, mangled along their structure or byte by byte."""

from random import Random
from typing import Any

PIECES = (
    "", "0", "-1", "9" * 30, "nan", "1e309", "|", "^", "\n", "\x00", "٣", "{", '"', "000660", "101502", "20260914",
    "삼성", "-0", "٠", "\ud7ff", "1" * 400,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 10**40, 1e308, float("nan"), "", "0", "x" * 300, [], {}, [[]], [{}], {"": {}}, "005930",
    *PIECES,
)  # fmt: skip


def mangled_text(text: str, separators: str, chance: Random) -> str:
    """A few of its fields replaced, left out, doubled or swapped; perhaps cut short, or a few characters off."""
    for _ in range(chance.randint(1, 3)):
        way = chance.random()
        if way < 0.6:
            separator = chance.choice(separators)
            fields = text.split(separator)
            first, length = chance.randrange(len(fields)), chance.randint(0, 2)
            others = (*PIECES, *fields[first : first + 2])
            fields[first : first + length] = chance.choices(others, k=chance.randint(0, 2))
            text = separator.join(fields)
        elif way < 0.9:
            at = chance.randrange(len(text) + 1)
            text = text[:at] + chr(chance.choice((chance.randrange(128), chance.randrange(0xD800)))) + text[at + 1 :]
        else:
            text = text[: chance.randrange(len(text) + 1)]
    return text


def mangled_json(value: Any, chance: Random) -> Any:
    """A few of its values replaced, at any depth, or their names changed or left out."""
    for _ in range(chance.randint(1, 3)):
        value = _mangled(value, chance, depth=0)
    return value


def _mangled(value: Any, chance: Random, depth: int) -> Any:
    if not isinstance(value, dict | list) or not value or chance.random() < 0.1 * (depth > 0):
        return _other(value, chance)
    key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
    changed = dict(value) if isinstance(value, dict) else list(value)
    if chance.random() < 0.15:
        taken = changed.pop(key)
        if isinstance(changed, dict) and chance.random() < 0.5:
            changed[chance.choice(PIECES)] = taken
    else:
        changed[key] = _mangled(value[key], chance, depth + 1)
    return changed


def _other(value: Any, chance: Random) -> Any:
    if isinstance(value, str) and value and chance.random() < 0.5:
        return mangled_text(value, " ^|.-", chance)
    return chance.choice(VALUES)
