"""The settings that a command goes by. Must not know the daemon: commands that only read come here too."""

from collections.abc import Sequence
from pathlib import Path

from kis_actors.settings_file import Loaded, load


def load_settings(config: Path | None, data_dir: Path | None, overrides: Sequence[str]) -> Loaded:
    """The settings with the command line's words over them. Raises SettingsError."""
    own = (f"log.data_dir={data_dir}",) if data_dir else ()
    return load(config, (*overrides, *own))
