"""One file per signal rule; pure. The folder is the registry: every file in it is a rule.

NAME: in the settings. UNIT: of value and threshold; ratio, times, won, or "" for neither. WORDS: its name for people.
RANKS: whether codes near to it deserve a slot. DURING_INTERRUPTIONS: whether it is judged while trading is interrupted,
also before the first price of the day, and a composition with it. BY_PRICE_ALONE, if it has one: whether nothing that
changes during a session but the price makes a difference to what it measures, so that this can be remembered.
Params: what it can be told. It measures with `read(params, sight)` or, made of others, `combine(params, readings)`.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeAlias, Union

_MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]

RULES: dict[str, ModuleType] = {module.NAME: module for module in _MODULES}
"""Rules by name, in the order of their file names."""

AnyParams: TypeAlias = Union[tuple(rule.Params for rule in RULES.values())]  # type: ignore[valid-type] # noqa: UP007
"""What any rule is told, told apart by `rule`. Made from the files that are there, which no type checker can follow."""
