"""Nested values by dotted key, and back: {"a": {"b": 1}} is {"a.b": 1}. What is empty within has no key."""

from collections.abc import Mapping
from typing import Any

import msgspec


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every value within by its dotted key; a struct is its fields."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, msgspec.Struct):
            value = fields_of(value)
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def fields_of(value: msgspec.Struct) -> dict[str, Any]:
    """Its fields, with what tells one rule from another."""
    config = value.__struct_config__
    tag = {str(config.tag_field): config.tag} if config.tag_field else {}
    return {**tag, **msgspec.structs.asdict(value)}


def tree_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same nested again."""
    tree: dict[str, Any] = {}
    for dotted, value in values.items():
        *sections, name = dotted.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[name] = value
    return tree
