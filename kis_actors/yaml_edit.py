"""Changes single values in YAML text, and leaves everything else as it is, comments above all. Knows no settings."""

from collections.abc import Mapping, Sequence

import yaml


def with_values(text: str, values: Mapping[str, str]) -> str:
    """`text` with each of `values`, which are YAML as it is written, at its dotted key; new keys come first.

    `text` must be YAML of keys and values, or empty, and no section may stand where a value is to be. Raises
    yaml.YAMLError if it is no YAML.
    """
    for key, value in values.items():
        text = _with_value(text, key.split("."), value)
    return text


def _with_value(text: str, names: Sequence[str], value: str) -> str:
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    if node is None:
        return f"{text.rstrip()}\n{_nested(names, value)}\n".lstrip("\n")
    while names and (found := _value_of(node, names[0])):
        node, names = found, names[1:]
    if not names:
        return _replaced(text, node, value)
    return _added(text, node, _nested(names, value))


def _value_of(node: yaml.Node, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _nested(names: Sequence[str], value: str) -> str:
    for name in reversed(names[1:]):
        value = f"{{{name}: {value}}}"
    return f"{names[0]}: {value}"


def _replaced(text: str, node: yaml.Node, value: str) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    blank = " " if text[start - 1] == ":" else ""  # a key with nothing behind it
    return text[:start] + blank + value + text[end:]


def _added(text: str, node: yaml.Node, entry: str) -> str:
    """`entry` before all others in `node`; instead of it if there are none."""
    if not isinstance(node, yaml.MappingNode) or not node.value:
        return _replaced(text, node, f"{{{entry}}}")
    first = node.value[0][0].start_mark
    between = ", " if node.flow_style else "\n" + " " * first.column
    return text[: first.index] + entry + between + text[first.index :]
