"""Mistakes in settings: each with its place, and what to write instead."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec


class Place(NamedTuple):
    """Where something stands; line and column count from 1."""

    path: str
    line: int
    column: int


class Problem(msgspec.Struct, frozen=True):
    """One mistake in a file of settings: where it is, what is wrong and what to write instead."""

    path: str
    line: int
    column: int
    what: str
    write: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.what}; {self.write}"


class SettingsError(Exception):
    """Settings cannot be used; carries every problem found, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def place_of(key: str, places: Mapping[str, Place], path: str) -> Place:
    """Where a dotted key stands; or else what it belongs to; or else the beginning of `path`."""
    while key and key not in places:
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return places[key] if key else Place(path, 1, 1)
