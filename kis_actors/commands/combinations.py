"""Several values of a setting on the command line, `KEY=A,B,C`, and every combination of those of several settings."""

from collections.abc import Sequence
from itertools import product

from kis_actors.problems import Problem, SettingsError
from kis_actors.settings import Settings
from kis_actors.yaml_file import read_assignment

COMBINATIONS_MAX = 100

Combination = tuple[str, ...]
"""KEY=VALUE of each key."""


def combinations(overrides: Sequence[str]) -> tuple[Combination, ...]:
    """Every combination of the values; one, if each key has one. The last word on a key counts.

    Raises SettingsError for more than there may be.
    """
    of_key = {override.partition("=")[0]: override for override in overrides}
    each = tuple(product(*map(_values_of, of_key.values())))
    if len(each) > COMBINATIONS_MAX:
        what = f"{len(each)} combinations, of {COMBINATIONS_MAX} at most"
        raise SettingsError((Problem("--set", 1, 1, what, "give fewer values"),))
    return each


def _values_of(override: str) -> tuple[str, ...]:
    """A list of values with commas, unless the setting takes such a text or list as it is."""
    key, _, values = override.partition("=")
    if "," not in values or values.startswith("[") or not read_assignment(override, Settings, "--set").problems:
        return (override,)
    return tuple(f"{key}={value.strip()}" for value in values.split(","))
