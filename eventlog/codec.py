"""Events to rows and back: names and versions from one table, payloads as JSON, old shapes lifted while reading."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

E = TypeVar("E")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Lifts the payload of one version to the next; pure."""


class UnknownEvent(ValueError):
    """The log holds a name or a version this code has no class for."""


class Codec(Generic[E]):
    """Writes and reads the events named in `names`; `upcasters` maps (name, version) to the step to version + 1."""

    def __init__(
        self, names: Mapping[type[E], tuple[str, int]], upcasters: Mapping[tuple[str, int], Upcaster] | None = None
    ) -> None:
        self._names = dict(names)
        self._upcasters = dict(upcasters or {})
        self._versions = {name: version for name, version in self._names.values()}
        self._decoders = {name: msgspec.json.Decoder(kind).decode for kind, (name, _) in self._names.items()}
        self._encode = msgspec.json.Encoder().encode

    def encode(self, event: E) -> tuple[str, int, bytes]:
        """Name, version and payload of `event`; KeyError if its class is not in the table, which is a bug."""
        name, version = self._names[type(event)]
        return name, version, self._encode(event)

    def decode(self, name: str, version: int, payload: bytes) -> E:
        """The event in today's shape. Raises UnknownEvent, or msgspec.ValidationError for a payload that is none."""
        today = self._versions.get(name)
        if today == version:
            return self._decoders[name](payload)
        if today is None or version > today:
            raise UnknownEvent(f"{name} version {version}: this code knows up to {today or 0}; use newer code")
        return self._lift(name, version, today, payload)

    def _lift(self, name: str, version: int, today: int, payload: bytes) -> E:
        fields = msgspec.json.decode(payload)
        for step in range(version, today):
            if (name, step) not in self._upcasters:
                raise UnknownEvent(f"{name} version {step}: this code has no step to version {step + 1}")
            fields = self._upcasters[(name, step)](fields)
        return self._decoders[name](msgspec.json.encode(fields))
