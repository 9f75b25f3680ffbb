"""The fields and types of every event and of every actor's state, in words: what some log holds, and how that changed.

`PYTHONPATH=. python tests/event_fields.py` from the project's root writes what is new to `golden_fields.jsonl`, beside
the golden lines, and to `golden_states.jsonl`.
"""

import json
import re
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

from kis_actors.cores import CORES
from kis_actors.messages import NAMES, Event, StateCarried

FILE = Path(__file__).parent / "golden_fields.jsonl"
"""One line a field of an event and version: a name of the log, a version, a path within the payload, what is there."""

STATES_FILE = FILE.with_name("golden_states.jsonl")
"""The same of an actor's state; its version is that of StateCarried, which holds it."""

Fields = dict[str, tuple[str, ...]]
"""By path, such as `settings.monitor.mode`: what may be there, such as 'A' and 'B'. `[]` is one of many."""


def fields_of(kind: type) -> Fields:
    """What a payload of this event, or a state, holds."""
    found: dict[str, tuple[str, ...]] = {}
    for path, what in _within("", inspect.type_info(kind), ()):
        found[path] = (*found.get(path, ()), *(one for one in what if one not in found.get(path, ())))
    return {path: tuple(sorted(what)) for path, what in sorted(found.items())}


def state_fields_of(kind: type) -> Fields:
    """What a state holds; its settings aside, which RunStarted has too."""
    return {path: what for path, what in fields_of(kind).items() if not re.search(r"(^|\.)settings\.", path)}


def required_of(kind: type[Event]) -> tuple[str, ...]:
    """The fields of the event itself that an old payload must have."""
    info: Any = inspect.type_info(kind)
    return tuple(field.encode_name for field in info.fields if field.required)


def required_in(kind: type, golden: Fields) -> tuple[str, ...]:
    """The fields at any depth that an old state must have: those of what stood there already."""
    wanted = dict.fromkeys(_required("", inspect.type_info(kind), ()))
    return tuple(path for path in wanted if re.sub(r"<[^>]*>$", "", path.rpartition(".")[0]) in golden)


def changes(golden: Fields, today: Fields, required: tuple[str, ...]) -> list[str]:
    """Why what was written as `golden` may not be what today's code reads; nothing if it is."""
    gone = [f"{path} is gone or renamed" for path in golden if path not in today]
    narrower = [
        f"{path} was {' or '.join(golden[path])}, now it is {' or '.join(today[path])}"
        for path in golden if path in today and not set(golden[path]) <= set(today[path])
    ]  # fmt: skip
    forced = [f"{path} is new and has no default" for path in today if path not in golden and path in required]
    return gone + narrower + forced


def golden_fields(file: Path = FILE) -> dict[tuple[str, int], Fields]:
    """What the file knows."""
    known: dict[tuple[str, int], Fields] = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        name, version, path, *what = json.loads(line)
        known.setdefault((name, version), {})[path] = tuple(what)
    return known


def states() -> dict[tuple[str, int], type]:
    """The state of each actor, by its name and the version of the event that carries it."""
    return {(core.name, NAMES[StateCarried][1]): core.state for core in CORES}


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
    yield from _within(_path_of(path, info, field), field.type, above)


def _path_of(path: str, info: StructType, field: Field) -> str:
    which = f"<{info.tag}>" if info.tag is not None else ""
    name = field.encode_name if not info.array_like else f"[{[one.name for one in info.fields].index(field.name)}]"
    return f"{path}{which}.{name}".lstrip(".")


def _required(path: str, info: Type, above: tuple[type, ...]) -> Iterator[str]:
    """The paths of fields without a default."""
    match info:
        case Metadata(type=inner):
            yield from _required(path, inner, above)
        case UnionType(types=types):
            for one in types:
                yield from _required(path, one, above)
        case TupleType(item_types=items):
            for place, item in enumerate(items):
                yield from _required(f"{path}[{place}]", item, above)
        case StructType(cls=cls, fields=fields) if cls not in above:
            for field in fields:
                at = _path_of(path, info, field)
                yield from (at,) if field.required else ()
                yield from _required(at, field.type, (*above, cls))
        case VarTupleType(item_type=item) | ListType(item_type=item):
            yield from _required(f"{path}[]", item, above)
        case DictType(value_type=value):
            yield from _required(f"{path}{{}}", value, above)


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
        _note(known, version, fields_of(kind), required_of(kind))
    _write(FILE, known)
    carried = golden_fields(STATES_FILE)
    for key, state in states().items():
        _note(carried, key, state_fields_of(state), required_in(state, carried.get(key, {})))
    _write(STATES_FILE, carried)


def _note(known: dict[tuple[str, int], Fields], key: tuple[str, int], today: Fields, required: tuple[str, ...]) -> None:
    if key in known and (found := changes(known[key], today, required)):
        sys.exit(f"{key}: {'; '.join(found)}. It needs a new version and an upcaster: docs/architecture.md")
    known[key] = today


def _write(file: Path, known: dict[tuple[str, int], Fields]) -> None:
    lines = [
        json.dumps([name, version, path, *what], ensure_ascii=False)
        for (name, version), fields in known.items() for path, what in fields.items()
    ]  # fmt: skip
    file.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
