"""New settings for a daemon that runs: swapped whole, or refused whole."""

from collections.abc import Callable

from kis_actors.messages import SettingsChanged, SettingsRefused, SettingsUnchanged
from kis_actors.problems import SettingsError
from kis_actors.settings import Settings
from kis_actors.settings_file import flatten

Reread = Callable[[], Settings]
"""The settings as the file has them now. Raises SettingsError."""

FIXED_IN_MONITOR = ("enabled", "rest_batch_size", "signal.use_intraday", "signal.ma_days")
FIXED_IN_NOTIFY = ("enabled", "api_url", "pictures", "per_sec", "per_min", "dead_man_sec", "timeout_sec", "talk_back")
"""What the links, the averages and the channels are made from: only a start reads them."""


def reloaded(before: Settings, reread: Reread) -> SettingsChanged | SettingsRefused | SettingsUnchanged:
    """What to tell all."""
    try:
        after = reread()
    except SettingsError as error:
        return SettingsRefused(reasons=tuple(map(str, error.problems)))
    changes = difference(before, after)
    fixed = tuple(f"{key} changes only at a start" for key in changes if not is_changeable(key))
    if fixed:
        return SettingsRefused(reasons=fixed)
    if not changes:
        return SettingsUnchanged()
    return SettingsChanged(settings=after, difference=tuple(changes.values()))


def difference(before: Settings, after: Settings) -> dict[str, str]:
    """What changed, by key, in words."""
    old, new = flatten(before), flatten(after)
    keys = [*old, *(key for key in new if key not in old)]
    return {key: f"{key}: {_shown(old, key)} -> {_shown(new, key)}" for key in keys if old.get(key) != new.get(key)}


def is_changeable(key: str) -> bool:
    """Whether only cores go by that setting."""
    section, _, name = key.partition(".")
    if section == "notify":
        return name.rpartition(".")[2] not in FIXED_IN_NOTIFY
    return section == "monitor" and name not in FIXED_IN_MONITOR


def _shown(values: dict[str, object], key: str) -> str:
    return str(values[key]) if key in values else "none"
