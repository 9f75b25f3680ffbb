"""What is wrong with the rules of a settings file, each mistake at its place."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from kis_actors.problems import Place, Problem, place_of
from kis_actors.rules import RULES, AnyParams
from kis_actors.scalars import shown
from kis_actors.signals.book import RulesError

PREFIX = "monitor.rules."
_UNKNOWN = re.compile(r"unknown field `(\w+)`")
_AT = re.compile(r" - at `\$\.(\w+).*`")


def dotted_names(values: Mapping[str, Any], places: Mapping[str, Place], prefix: str = "") -> Iterator[Problem]:
    """Names of one's own choice, as of rules and groups, may not look like several keys."""
    for name, value in values.items():
        key = prefix + name
        if "." in name:
            what = f"{key}: the name {shown(name)} has a dot, which stands between keys"
            yield Problem(*places[key], what, f"write {name.replace('.', '_')}")
        if isinstance(value, dict):
            yield from dotted_names(value, places, f"{key}.")


def misfits(rules: Mapping[str, Mapping[str, Any]], places: Mapping[str, Place], path: str) -> Iterator[Problem]:
    """Rules without a kind, and what their kind does not take. rules: by name, with what their presets say."""
    for name, fields in rules.items():
        key = f"{PREFIX}{name}"
        if "rule" not in fields:
            yield Problem(*place_of(key, places, path), f"{key} has no rule", "add rule: and its kind")
            continue
        try:
            msgspec.convert(fields, AnyParams)
        except msgspec.ValidationError as error:
            yield _misfit(key, str(fields["rule"]), str(error), places, path)


def senseless(error: RulesError, places: Mapping[str, Place], path: str, section: str = PREFIX) -> tuple[Problem, ...]:
    """Rules that make no sense together. section: what they stand under, with a dot at the end."""
    return tuple(
        Problem(*place_of(f"{section}{fault.key}", places, path), f"{section[:-1]}: {fault.what}", fault.write)
        for fault in error.faults
    )


def _misfit(key: str, kind: str, said: str, places: Mapping[str, Place], path: str) -> Problem:
    takes = ", ".join(item.name for item in msgspec.structs.fields(RULES[kind].Params))
    unknown, at = _UNKNOWN.search(said), _AT.search(said)
    if unknown:
        what = f"{key}.{unknown[1]}: {kind} has no such key"
        return Problem(*place_of(f"{key}.{unknown[1]}", places, path), what, f"write one of {takes}")
    key = f"{key}.{at[1]}" if at else key
    return Problem(*place_of(key, places, path), f"{key}: {_AT.sub('', said)}", f"write what {kind} takes")
