"""One file per signal rule; pure. The folder is the registry: a file with NAME, Memory and judge is a rule."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

_MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]

RULES: dict[str, ModuleType] = {module.NAME: module for module in _MODULES if hasattr(module, "NAME")}
"""Rules by name, in the order of their file names."""
