"""What differs between two values, as places and what stands there; values of JSON, such as a state written down."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

ABSENT: Any = msgspec.UNSET
"""Stands where one of the two has nothing."""


class Change(NamedTuple):
    """At `path`, dotted and with list places as [3], stood `before` and stands `after`; ABSENT for nothing."""

    path: str
    before: Any
    after: Any


def differences(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Every place where the two differ, as deep down as both go on; in the order of `before`, then what is new."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _in_tables(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_lists(before, after, path)
    elif before != after or type(before) is not type(after):
        yield Change(path, before, after)


def found_at(value: Any, path: str) -> Any:
    """What stands at the dotted `path`, as `differences` writes it. Raises KeyError that names what is there."""
    for name in filter(None, path.replace("[", ".[").split(".")):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name[1:-1].isdecimal() and int(name[1:-1]) < len(value):
            value = value[int(name[1:-1])]
        else:
            raise KeyError(f"expected one of {_names_in(value)}, found {name!r}")
    return value


def _in_tables(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[Change]:
    for name in (*before, *(name for name in after if name not in before)):
        place = f"{path}.{name}" if path else name
        yield from differences(before.get(name, ABSENT), after.get(name, ABSENT), place)


def _in_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Change]:
    """What both begin and end with is left out; of the rest, item by item if as many, else what went and what came."""
    same = _same_at_start(before, after)
    old, new = before[same:], after[same:]
    same_end = _same_at_start(old[::-1], new[::-1])
    old, new = old[: len(old) - same_end], new[: len(new) - same_end]
    if len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True), start=same):
            yield from differences(one, other, f"{path}[{place}]")
        return
    yield from (Change(f"{path}[{place}]", one, ABSENT) for place, one in enumerate(old, start=same))
    yield from (Change(f"{path}[{place}]", ABSENT, one) for place, one in enumerate(new, start=same))


def _same_at_start(before: list[Any], after: list[Any]) -> int:
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, pair in pairs if not _is_same(*pair)), min(len(before), len(after)))


def _is_same(one: Any, other: Any) -> bool:
    """Also in kind: 1, 1.0 and true are written in three ways."""
    return bool(one == other) and repr(one) == repr(other)


def _names_in(value: Any) -> str:
    if isinstance(value, list):
        return f"[0] to [{len(value) - 1}]" if value else "nothing, for it is an empty list"
    if not isinstance(value, dict):
        return "nothing, for it is a plain value"
    names = list(value)
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "") or "nothing"
