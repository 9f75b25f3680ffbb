"""Input as nobody sends it on purpose: texts and JSON, mangled along their structure or byte by byte.

Made of slices of what is sent, in a few microseconds each, for there are millions of them.
"""

import json
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, NamedTuple

PIECES = (
    "", "0", "-1", "9" * 30, "nan", "1e309", "|", "^", "\n", "\x00", "٣", "{", '"', "000660", "101502", "20260914",
    "삼성", "-0", "٠", "\ud7ff", "1" * 400, " ", "+1", "1.5", "1_0", "0x1F", "(null)", "Y",
)  # fmt: skip
FRAGMENTS = (
    "null", "true", "0", "-1", str(2**63), str(10**40), "1e308", "1e999", "NaN", "[]", "{}", "[[]]", "[{}]", '{"":{}}',
    '"005930"', '""', '"0"', f'"{"x" * 300}"', '"\\ud800"', "[null]", "[" * 60 + "]" * 60, "",
    *(json.dumps(piece) for piece in PIECES),
)  # fmt: skip
CHANGES_MAX = 3


class Template(NamedTuple):
    """A JSON text, and where the names and the values in it are, those within others too."""

    text: str
    names: tuple[slice, ...]
    values: tuple[slice, ...]


def mangled_text(text: str, separators: str, chance: Random) -> str:
    """A few of its fields replaced, left out, doubled or swapped; perhaps a few characters off, or cut."""
    draw = chance.random
    for _ in range(1 + int(draw() * CHANGES_MAX)):
        way, at = draw(), int(draw() * (len(text) + 1))
        if way < 0.75:
            text = _with_other_fields(text, separators[int(draw() * len(separators))], chance)
        elif way < 0.9:
            text = text[:at] + chr(int(draw() * (128 if way < 0.85 else 0xD800))) + text[at + 1 :]
        elif way < 0.99:
            text = text[:at] + text[at + int(draw() * 40) :]
        else:
            text = text[:at]
    return text


def template_of(value: Any) -> Template:
    """The JSON of `value`."""
    made = _Made()
    made.add(value)
    return Template(made.text, tuple(made.names), tuple(made.values))


def mangled_json(template: Template, chance: Random) -> str:
    """A few of its values replaced, at any depth, or their names changed; one in ten then mangled as a text."""
    draw, (text, names, values) = chance.random, template
    upto = len(text)
    drawn = [(values if draw() < 0.85 else names) for _ in range(1 + int(draw() * CHANGES_MAX))]
    places = sorted([(one.start, one.stop) for among in drawn for one in (among[int(draw() * len(among))],)])
    for begin, end in reversed(places):
        if end <= upto:  # else it is within what was replaced
            text = text[:begin] + _fragment(template, begin, end, chance) + text[end:]
            upto = begin
    return mangled_text(text, '":,{}[]', chance) if draw() < 0.1 else text


def _fragment(template: Template, begin: int, end: int, chance: Random) -> str:
    """Something known to be odd, a number, what was there with other characters, or something from elsewhere."""
    draw = chance.random
    way = draw()
    if way < 0.25:
        return FRAGMENTS[int(draw() * len(FRAGMENTS))]
    if way < 0.55:
        return f'"{_number(chance)}"' if draw() < 0.8 else _number(chance)
    if way < 0.85:
        return json.dumps(mangled_text(template.text[begin:end].strip('"'), " ^|.-/", chance))
    return template.text[template.values[int(draw() * len(template.values))]]


class _Made:
    """JSON that is being written."""

    def __init__(self) -> None:
        self.text = ""
        self.names: list[slice] = []
        self.values: list[slice] = []

    def add(self, value: Any) -> None:
        """`value`, with all that is in it."""
        begin = len(self.text)
        if isinstance(value, dict):
            self._add_all("{", "}", value.values(), list(value))
        elif isinstance(value, list):
            self._add_all("[", "]", value)
        else:
            self.text += json.dumps(value, ensure_ascii=False)
        self.values.append(slice(begin, len(self.text)))

    def _add_all(self, first: str, last: str, values: Iterable[Any], names: Sequence[str] = ()) -> None:
        for number, value in enumerate(values):
            self.text += "," if number else first
            if names:
                begin = len(self.text)
                self.text += json.dumps(names[number], ensure_ascii=False)
                self.names.append(slice(begin, len(self.text)))
                self.text += ":"
            self.add(value)
        self.text += last if values else first + last


def _with_other_fields(text: str, separator: str, chance: Random) -> str:
    """Mostly one replaced, so that the others are still in their places."""
    draw = chance.random
    fields = text.split(separator)
    way, at = draw(), int(draw() * len(fields))
    if way < 0.7:
        fields[at] = _piece(fields, chance)
    elif way < 0.8:
        fields.insert(at, _piece(fields, chance))
    elif way < 0.9:
        del fields[at : at + 1 + int(draw() * 2)]
    else:
        other = int(draw() * len(fields))
        fields[at], fields[other] = fields[other], fields[at]
    return separator.join(fields)


def _piece(fields: list[str], chance: Random) -> str:
    """Something known to be odd, a number, or another field."""
    draw = chance.random
    way = draw()
    if way < 0.25:
        return PIECES[int(draw() * len(PIECES))]
    if way < 0.9:
        return _number(chance)
    return fields[int(draw() * len(fields))]


def _number(chance: Random) -> str:
    """Of up to 20 digits, as often of few as of many."""
    return str(int(chance.random() * 10 ** int(chance.random() * 20)))
