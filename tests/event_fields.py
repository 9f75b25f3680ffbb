"""The fields and types of every event, in words: what a payload in some log holds, and how that changed.

`PYTHONPATH=. python tests/event_fields.py` from the project's root writes what is new to `golden_fields.jsonl`, beside
the golden lines.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.inspect import (
    CustomType,
    DictType,
    EnumType,
    Field,
    ListType,
    LiteralType,
    Metadata,
    RawType,
    StructType,
    TupleType,
    Type,
    UnionType,
    VarTupleType,
)

from kis_actors.messages import NAMES, Event

FILE = Path(__file__).parent / "golden_fields.jsonl"
"""One line a field of an event and version: a name of the log, a version, a path within the payload, what is there."""

Fields = dict[str, tuple[str, ...]]
"""By path, such as `settings.monitor.mode`: what may be there, such as 'A' and 'B'. `[]` is one of many."""


def fields_of(kind: type[Event]) -> Fields:
    """What a payload of this event holds."""
    found: dict[str, tuple[str, ...]] = {}
    for path, what in _within("", inspect.type_info(kind), ()):
        found[path] = (*found.get(path, ()), *(one for one in what if one not in found.get(path, ())))
    return {path: tuple(sorted(what)) for path, what in sorted(found.items())}


def required_of(kind: type[Event]) -> tuple[str, ...]:
    """The fields of the event itself that an old payload must have."""
    info: Any = inspect.type_info(kind)
    return tuple(field.encode_name for field in info.fields if field.required)


def changes(golden: Fields, today: Fields, required: tuple[str, ...]) -> list[str]:
    """Why what was written as `golden` may not be what today's code reads; nothing if it is."""
    gone = [f"{path} is gone or renamed" for path in golden if path not in today]
    narrower = [
        f"{path} was {' or '.join(golden[path])}, now it is {' or '.join(today[path])}"
        for path in golden if path in today and not set(golden[path]) <= set(today[path])
    ]  # fmt: skip
    forced = [f"{path} is new and has no default" for path in today if path not in golden and path in required]
    return gone + narrower + forced


def golden_fields() -> dict[tuple[str, int], Fields]:
    """What the file knows."""
    known: dict[tuple[str, int], Fields] = {}
    for line in FILE.read_text("utf-8").splitlines():
        name, version, path, *what = json.loads(line)
        known.setdefault((name, version), {})[path] = tuple(what)
    return known


def _within(path: str, info: Type, above: tuple[type, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The paths below `path`, and what is there; a struct within itself is not looked into again."""
    match info:
        case Metadata(type=inner):
            yield from _within(path, inner, above)
        case UnionType(types=types):
            for one in types:
                yield from _within(path, one, above)
        case TupleType(item_types=items):
            yield path, ("row",)
            for place, item in enumerate(items):
                yield from _within(f"{path}[{place}]", item, above)
        case StructType(cls=cls, fields=fields):
            yield path, (_tag_of(info),)
            if cls not in above:
                for field in fields:
                    yield from _of_field(path, info, field, (*above, cls))
        case VarTupleType(item_type=item) | ListType(item_type=item):
            yield path, ("list",)
            yield from _within(f"{path}[]", item, above)
        case DictType(value_type=value):
            yield path, ("table",)
            yield from _within(f"{path}{{}}", value, above)
        case _:
            yield path, _plain(info)


def _of_field(path: str, info: StructType, field: Field, above: tuple[type, ...]) -> Iterator[Any]:
    which = f"<{info.tag}>" if info.tag is not None else ""
    name = field.encode_name if not info.array_like else f"[{[one.name for one in info.fields].index(field.name)}]"
    yield from _within(f"{path}{which}.{name}".lstrip("."), field.type, above)


def _tag_of(info: StructType) -> str:
    shape = "row" if info.array_like else "object"
    return f"{shape} {info.tag}" if info.tag is not None else shape


def _plain(info: Type) -> tuple[str, ...]:
    match info:
        case LiteralType(values=values):
            return tuple(map(repr, values))
        case EnumType(cls=cls):
            return tuple(repr(one.value) for one in cls)
        case CustomType(cls=cls):
            return (cls.__name__,)
        case RawType():
            return ("anything",)
    limits = [f" {name} {value}" for name, value in msgspec.structs.asdict(info).items() if value is not None]
    return (type(info).__name__.removesuffix("Type").lower() + "".join(limits),)


def main() -> None:
    """Writes what is known, with what is new today; refuses what old logs do not have."""
    known = golden_fields()
    for kind, version in NAMES.items():
        if version in known and (found := changes(known[version], fields_of(kind), required_of(kind))):
            sys.exit(f"{version}: {'; '.join(found)}. It needs a new version and an upcaster: docs/architecture.md")
        known[version] = fields_of(kind)
    lines = [
        json.dumps([name, version, path, *what], ensure_ascii=False)
        for (name, version), fields in known.items() for path, what in fields.items()
    ]  # fmt: skip
    FILE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
