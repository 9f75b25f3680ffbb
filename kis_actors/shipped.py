"""Where the files that come with kis-actors are: beside the code in its source tree, in the package once installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
SHIPPED = _PACKAGE if (_PACKAGE / "config").is_dir() else _PACKAGE.parent
"""The folder that has `config/`, so that a setting such as config/universe.csv can be found under it."""


def is_installed(path: Path) -> bool:
    """Whether `path` is one of the files that were installed along with the code, and are not the user's to change."""
    return path.resolve().is_relative_to(_PACKAGE)
