"""What every group of settings is."""

from typing import dataclass_transform

from msgspec import Struct


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of settings."""
