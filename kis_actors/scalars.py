"""Turns the text of one value into what its type says, and says in words what a type expects.

Must not know where the text stands: a file or a command line.
"""

import difflib
import types
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

_PLAIN_TYPES: dict[Any, tuple[str, str]] = {
    bool: ("true or false", "write true or false"),
    int: ("a whole number", "write digits such as 25"),
    float: ("a number", "write a number such as 0.5"),
    str: ("text on one line", "write it on one line, in quotes"),
    date: ("a date", "write it as 2026-11-19"),
    datetime: ("an instant with its zone", "write it as 2026-11-20T09:00:00+09:00"),
}
_BOOLEANS = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}


def converted(text: str, wanted: Any) -> Any:
    """The value that `text` stands for. Raises `msgspec.ValidationError`."""
    if not text.isprintable() or (wanted is str and not text.strip()):
        raise msgspec.ValidationError("not text on one line")
    if wanted is bool and text not in ("true", "false"):
        raise msgspec.ValidationError("YAML 1.2 has two booleans")
    if wanted is datetime:
        wanted = Annotated[datetime, msgspec.Meta(tz=True)]
    return msgspec.convert(text, wanted, strict=False)


def described(wanted: Any) -> tuple[str, str]:
    """What a type expects, and how to write it, in words."""
    if get_origin(wanted) is Literal:
        options = " or ".join(get_args(wanted))
        return options, f"write {options}"
    if get_origin(wanted) is Annotated:
        meta = get_args(wanted)[1]
        return meta.description, f"write it as {meta.examples[0]}"
    return _PLAIN_TYPES[wanted]


def closest(text: str, wanted: Any) -> str | None:
    """What was probably meant by a value that does not fit."""
    meant: str | None = None
    if get_origin(wanted) is Literal:
        options = {option.casefold(): option for option in get_args(wanted)}
        meant = next((options[near] for near in difflib.get_close_matches(text[:60].casefold(), options, 1)), None)
    elif wanted is bool:
        meant = _BOOLEANS.get(text.casefold())
    elif wanted is float and text.endswith("%"):
        meant = _ratio_of(text)
    return meant and f"write {meant}"


def shown(text: str) -> str:
    """Text from a file, cut and escaped so that it can stand in a message."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _ratio_of(percent: str) -> str | None:
    try:
        return f"{float(percent.removesuffix('%')) / 100:g}"
    except ValueError:
        return None


def is_struct(wanted: Any) -> bool:
    """Whether it is a section."""
    return isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)


def is_one_of_structs(wanted: Any) -> bool:
    """Whether it is one of several kinds of sections."""
    return get_origin(wanted) in (types.UnionType, Union) and all(map(is_struct, get_args(wanted)))


def without_null(wanted: Any) -> tuple[Any, bool]:
    """A type without its `| None`, and whether it had one."""
    if get_origin(wanted) not in (types.UnionType, Union):
        return wanted, False
    if types.NoneType not in get_args(wanted):
        return wanted, False
    (other,) = (option for option in get_args(wanted) if option is not types.NoneType)
    return other, True
