"""One file per subject. The folder is the registry: every file in it is measured, in the order of their PLACE.

PLACE: of its figures in the table. ABOUT: what it measures, in a few words.
`figures(bench)` measures, and yields each Figure as it is known.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

_MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]

SUBJECTS: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module for module in sorted(_MODULES, key=lambda module: module.PLACE)
}
"""Subjects by the names of their files."""
