"""Reads YAML text against a msgspec struct and reports every mistake at once, each with its place.

Every scalar is text until the struct says what it is: `000660` stays text, and only `true` and `false` are booleans.
Must not know what any key means.
"""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import msgspec
import yaml

from kis_actors.problems import Place, Problem, SettingsError
from kis_actors.scalars import closest, converted, described, is_one_of_structs, is_struct, shown, without_null

__all__ = ["Place", "Problem", "Reading", "SettingsError", "dotted_keys", "read_assignment", "read_text", "read_yaml"]

BYTES_MAX = 100_000
NULLS = ("", "~", "null", "Null", "NULL")
MISSING = msgspec.UNSET
"""Stands for a value that could not be read; its problem is already noted."""


class Reading(NamedTuple):
    """What a text said: nested values with only the keys written out, where each dotted key stands, what is wrong."""

    values: dict[str, Any]
    places: dict[str, Place]
    problems: list[Problem]


def read_text(path: Path) -> str:
    """The UTF-8 text of a file of settings. Raises `SettingsError` when there is none."""
    try:
        if not path.is_file():
            raise _refused(path, "expected a file of settings here, found none", "create it, or name another")
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}", "let the daemon's user read it") from error
    if len(content) > BYTES_MAX:
        raise _refused(path, f"expected at most {BYTES_MAX:,} bytes, found more", "name the right file")
    return _decoded(path, content)


def read_yaml(text: str, wanted: type[msgspec.Struct], path: str) -> Reading:
    """Reads `text` as a `wanted`; `path` is only for messages. Never raises."""
    reader = _Reader(path, wanted)
    node = reader.compose(text)
    return reader.read(node, wanted)


def read_assignment(assignment: str, wanted: type[msgspec.Struct], path: str) -> Reading:
    """Reads one `KEY=VALUE` with a dotted key, as given on a command line. Never raises."""
    reader = _Reader(path, wanted)
    key, equals, value = assignment.partition("=")
    if not equals:
        reader.refuse(None, f"expected KEY=VALUE, found {shown(assignment)}", "write the dotted key, = and the value")
        return reader.read(None, wanted)
    start = len(key) + 1
    # A list is YAML; any other value is taken as it is. The spaces keep the columns right.
    node = reader.compose(" " * start + value) if value.startswith("[") else _text_node(value, start)
    return reader.read(node and _nested(key, node), wanted)


def dotted_keys(wanted: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    """Every key of a struct and its sections: `monitor`, `monitor.mode`, ..."""
    for item in msgspec.structs.fields(wanted):
        yield prefix + item.name
        if is_struct(item.type):
            yield from dotted_keys(item.type, f"{prefix}{item.name}.")


class _Reader:
    """Walks one YAML tree along the struct's fields, noting places and problems."""

    def __init__(self, path: str, root: type[msgspec.Struct]) -> None:
        self._path = path
        self._root = root
        self._places: dict[str, Place] = {}
        self._problems: list[Problem] = []

    def compose(self, text: str) -> yaml.Node | None:
        try:
            # BaseLoader resolves every plain scalar to text, and composing builds no objects whatever the tags say.
            return yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            what, write = f"not YAML: {error.problem}", "write `key: value` lines, indented with spaces"
            if "'\\t'" in str(error.problem):
                what, write = "a tab stands where YAML wants spaces", "write two spaces for each level"
            self.refuse(error.problem_mark or error.context_mark, what, write)
        except yaml.reader.ReaderError as error:
            place = _place_of_offset(self._path, text, error.position)
            self._problems.append(Problem(*place, "a character that YAML forbids", "remove it"))
        except (ValueError, OverflowError, RecursionError) as error:
            # PyYAML lets these through for impossible escapes (\UFFFFFFFF), versions, and nesting without end.
            self.refuse(None, f"not YAML: {type(error).__name__}", "write `key: value` lines")
        return None

    def read(self, node: yaml.Node | None, wanted: type[msgspec.Struct]) -> Reading:
        values = {} if node is None else self._value(node, wanted, "")
        return Reading(values if isinstance(values, dict) else {}, self._places, self._problems)

    def refuse(self, mark: yaml.Mark | None, what: str, write: str) -> Any:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self._problems.append(Problem(self._path, line, column, what, write))
        return MISSING

    def _note(self, node: yaml.Node, key: str) -> None:
        """Where `key` stands; several values of a name of one's own choice stand where that name does."""
        mark = node.start_mark
        self._places.setdefault(key, Place(self._path, mark.line + 1, mark.column + 1))

    def _value(self, node: yaml.Node, wanted: Any, key: str) -> Any:
        self._note(node, key)
        wanted, null_allowed = without_null(wanted)
        if _is_null(node):
            return self._null(node, wanted, key, null_allowed)
        if is_struct(wanted):
            return self._section(node, wanted, key)
        if is_one_of_structs(wanted):
            return self._tagged(node, get_args(wanted), key)
        if get_origin(wanted) is dict:
            return self._entries(node, get_args(wanted), key)
        if get_origin(wanted) is tuple:
            return self._items(node, get_args(wanted)[0], key)
        return self._scalar(node, wanted, key)

    def _null(self, node: yaml.Node, wanted: Any, key: str, null_allowed: bool) -> Any:
        """A section, table or list left empty is one with nothing written out."""
        if null_allowed:
            return None
        if is_struct(wanted):
            return self._section(yaml.MappingNode("", [], node.start_mark, node.end_mark), wanted, key)
        if get_origin(wanted) in (dict, tuple):
            return get_origin(wanted)()
        several = "keys and values", "write them, or remove the name"
        expected, advice = several if is_one_of_structs(wanted) else described(wanted)
        return self.refuse(node.start_mark, f"{key}: expected {expected}, found nothing", advice)

    def _tagged(self, node: yaml.Node, kinds: tuple[type[msgspec.Struct], ...], key: str) -> Any:
        """One of several structs, which its tag tells apart; without the tag, whatever any of them has."""
        tags = {str(kind.__struct_config__.tag): kind for kind in kinds}
        name = str(kinds[0].__struct_config__.tag_field)
        named = next((value for name_node, value in _pairs_of(node) if name_node.value == name), None)
        if named is None:
            return self._section(node, kinds[0], key, _fields_of_any(node, kinds))
        if not isinstance(named, yaml.ScalarNode) or named.value not in tags:
            found = shown(named.value) if isinstance(named, yaml.ScalarNode) else _kind(named)
            near = difflib.get_close_matches(str(named.value)[:60], tags, 1)
            what = f"{key}.{name}: expected one of {', '.join(tags)}, found {found}"
            return self.refuse(named.start_mark, what, f"write {near[0] if near else ' or '.join(tags)}")
        self._note(named, _joined(key, name))
        return {name: named.value, **self._section(node, tags[named.value], key, tag=name)}

    def _section(
        self, node: yaml.Node, wanted: type[msgspec.Struct], key: str, fields: dict[str, Any] | None = None,
        tag: str = "",
    ) -> Any:  # fmt: skip
        fields = fields or {item.name: item for item in msgspec.structs.fields(wanted)}
        pairs = [pair for pair in self._pairs(node, key) if not tag or pair[1] != tag]
        values = {}
        for name_node, name, value_node in pairs:
            if name not in fields:
                self._unknown(name_node, _joined(key, name), tuple(fields))
            elif (value := self._value(value_node, fields[name].type, _joined(key, name))) is not MISSING:
                values[name] = value
        required = {name for name, item in fields.items() if item.required}
        for name in sorted(required - {name for _, name, _ in pairs}):
            self.refuse(node.start_mark, f"{key or 'the file'} has no {name}", f"add {name}:")
        return values

    def _entries(self, node: yaml.Node, types_wanted: tuple[Any, ...], key: str) -> dict[Any, Any]:
        values = {}
        for name_node, name, value_node in self._pairs(node, key):
            entry = self._scalar(name_node, types_wanted[0], key)
            if not isinstance(value_node, yaml.ScalarNode):
                self._note(name_node, _joined(key, name))
            value = self._value(value_node, types_wanted[1], _joined(key, name))
            if entry is not MISSING and value is not MISSING:
                values[entry] = value
        return values

    def _items(self, node: yaml.Node, wanted: Any, key: str) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return self.refuse(node.start_mark, f"{key}: expected a list, found {_kind(node)}", "write [1, 2]")
        items = [self._value(item, wanted, f"{key}[{index}]") for index, item in enumerate(node.value)]
        return MISSING if MISSING in items else tuple(items)

    def _pairs(self, node: yaml.Node, key: str) -> Iterator[tuple[yaml.Node, str, yaml.Node]]:
        """The keys that are text and come for the first time; anything else is a problem."""
        if not isinstance(node, yaml.MappingNode):
            what = f"{key or 'the file'}: expected keys and values, found {_kind(node)}"
            self.refuse(node.start_mark, what, "write `key: value` lines")
        seen: dict[str, int] = {}
        for name_node, value_node in _pairs_of(node):
            name = name_node.value
            if not isinstance(name_node, yaml.ScalarNode):
                self.refuse(name_node.start_mark, f"expected a key, found {_kind(name_node)}", "write a word")
            elif name in seen:
                what = f"{_joined(key, name)} comes twice, first on line {seen[name]}"
                self.refuse(name_node.start_mark, what, "keep one of the two")
            else:
                seen[name] = name_node.start_mark.line + 1
                yield name_node, name, value_node

    def _unknown(self, node: yaml.Node, key: str, names: tuple[str, ...]) -> None:
        self.refuse(node.start_mark, f"unknown key {shown(key)}", _nearest(key, self._root, names))

    def _scalar(self, node: yaml.Node, wanted: Any, key: str) -> Any:
        expected, advice = described(wanted)
        if not isinstance(node, yaml.ScalarNode):
            return self.refuse(node.start_mark, f"{key}: expected {expected}, found {_kind(node)}", advice)
        try:
            return converted(node.value, wanted)
        except msgspec.ValidationError:
            what = f"{key}: expected {expected}, found {shown(node.value)}"
            return self.refuse(node.start_mark, what, closest(node.value, wanted) or advice)


def _fields_of_any(node: yaml.Node, kinds: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    """What any of them has. Where they differ on whether a field is a list, the one that fits what is written."""
    lists = [name.value for name, value in _pairs_of(node) if isinstance(value, yaml.SequenceNode)]
    found: dict[str, Any] = {}
    for item in (item for kind in reversed(kinds) for item in msgspec.structs.fields(kind)):
        if item.name not in found or (get_origin(item.type) is tuple) == (item.name in lists):
            found[item.name] = item
    return found


def _nearest(key: str, root: type[msgspec.Struct], siblings: tuple[str, ...]) -> str:
    known = tuple(other for other in dotted_keys(root) if not key.startswith(f"{other}."))
    same_name = [other for other in known if other.rpartition(".")[2] == key.rpartition(".")[2]]
    near = same_name or difflib.get_close_matches(key[:100], known, 1)
    return f"did you mean {near[0]}?" if near else f"write one of {', '.join(siblings)}"


def _nested(dotted: str, node: yaml.Node) -> yaml.Node:
    """`a.b` and a value as the YAML tree of `{a: {b: value}}`."""
    column = len(dotted)
    for name in reversed(dotted.split(".")):
        column -= len(name)
        name_node = _text_node(name, column)
        node = yaml.MappingNode("", [(name_node, node)], name_node.start_mark, name_node.end_mark)
        column -= 1
    return node


def _text_node(text: str, column: int) -> yaml.ScalarNode:
    mark = yaml.Mark("", 0, 0, column, None, 0)
    return yaml.ScalarNode("", text, mark, mark)


def _pairs_of(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in NULLS


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return shown(node.value)
    return "a list" if isinstance(node, yaml.SequenceNode) else "keys and values"


def _joined(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        problem = Problem(str(path), before.count(b"\n") + 1, column, "not UTF-8", "save the file as UTF-8")
        raise SettingsError((problem,)) from error


def _place_of_offset(path: str, text: str, offset: int) -> Place:
    before = text[:offset]
    return Place(path, before.count("\n") + 1, offset - before.rfind("\n"))


def _refused(path: Path, what: str, write: str) -> SettingsError:
    return SettingsError((Problem(str(path), 1, 1, what, write),))
