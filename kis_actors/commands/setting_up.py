"""What `init` writes: the settings with their comments, and the keys beside them with mode 0600."""

import json
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from kis_actors.adapters.replacing import replace_file
from kis_actors.commands.questions import Answers
from kis_actors.credentials import VARIABLES, name_in_file, read_private
from kis_actors.limits import PRESETS
from kis_actors.portable import user_number
from kis_actors.settings_file import SHIPPED_PATH, Loaded, flatten, load, resolve
from kis_actors.yaml_edit import with_values
from kis_actors.yaml_file import read_text

KEYS_HEAD = "# Keys of kis-actors, written by `kis-actors init`. Only you may read this file (mode 0600): keep it so.\n"
PAPER_GAP, REAL_GAP = "1", "0.5"


class Place(NamedTuple):
    """Where it is all written, and what is there already. keys: by their names in the file."""

    settings: Path
    settings_text: str
    loaded: Loaded
    keys: Path
    keys_text: str
    kept: Mapping[str, str]

    def kept_of(self, account: str) -> dict[str, str]:
        """The credentials there are for this kind of account."""
        return {name: value for name in VARIABLES if (value := self.kept.get(name_in_file(name, account), ""))}


def look(settings: Path) -> Place:
    """What there is. Raises SettingsError or CredentialsError for what cannot be gone on from."""
    source = settings if settings.exists() else SHIPPED_PATH
    loaded = load(source)
    named = loaded.settings.kis.credentials_file
    keys = resolve(settings, named) if named else settings.parent / "credentials.yaml"
    text, kept = read_private(keys) if os.path.lexists(keys) else (KEYS_HEAD, {})
    return Place(settings, read_text(source), loaded, keys, text, kept)


def usual(place: Place) -> Answers:
    """What the settings there are say."""
    settings = place.loaded.settings
    return Answers(settings.kis.env, settings.monitor.mode, {})


def write(place: Place, answers: Answers, day: date) -> list[str]:
    """Writes both files, each whole; what was done, a line each. Raises OSError.

    day: for the names under which the files before are kept.
    """
    settings_text = with_values(place.settings_text, _settings_of(place, answers))
    keys_text = with_values(place.keys_text, _keys_of(answers))
    _prove(settings_text, answers)
    keys_before = replace_file(place.keys, keys_text, day, is_private=True)
    settings_before = replace_file(place.settings, settings_text, day)
    universe = _own_universe(place, day)
    return [
        f"settings   {place.settings}{_kept(settings_before)}",
        f"keys       {place.keys}{'' if user_number() is None else ', mode 0600'}{_kept(keys_before)}",
        *([f"universe   {universe}, the codes to watch"] if universe else []),
    ]


def _settings_of(place: Place, answers: Answers) -> dict[str, str]:
    """The settings that change, as YAML is written. A preset's values that are written out go with the mode."""
    before = place.loaded.settings
    values = {
        "kis.env": answers.account,
        "monitor.mode": answers.mode,
        "kis.credentials_file": json.dumps(_keys_named(place), ensure_ascii=False),
        "notify.telegram.enabled": str(answers.has_telegram).lower(),
        "notify.discord.enabled": str(answers.has_discord).lower(),
    }
    if answers.mode != before.monitor.mode:
        wanted = PRESETS["monitor.mode"][answers.mode]
        values |= {key: f"{wanted[key]:g}" for key in ("monitor.scan_interval_sec", "monitor.max_ws_subs")}
    if answers.account != before.kis.env:
        values["kis.rate_limit_sleep_sec"] = PAPER_GAP if answers.account == "paper" else REAL_GAP
    return values


def _keys_of(answers: Answers) -> dict[str, str]:
    return {name_in_file(name, answers.account): json.dumps(value) for name, value in answers.credentials.items()}


def _keys_named(place: Place) -> str:
    """The keys' file as the settings name it: from the project, so that it may move, unless that leads elsewhere."""
    if named := place.loaded.settings.kis.credentials_file:
        return named
    keys = place.keys.resolve()
    named = f"{keys.parent.name}/{keys.name}"
    return named if resolve(place.settings, named).resolve() == keys else str(keys)


def _prove(text: str, answers: Answers) -> None:
    """Reads the settings back before anything is written. Raises SettingsError for what they became."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.yaml"
        path.write_text(text, "utf-8")
        found = flatten(load(path).settings)
    assert (found["kis.env"], found["monitor.mode"]) == (answers.account, answers.mode)


def _own_universe(place: Place, day: date) -> Path | None:
    """Copies the shipped universe beside the settings, so that `universe update` has a file of the user's to write."""
    named, folder = Path(place.loaded.settings.universe.file), place.settings.parent
    own = folder / named.name
    if own.exists() or named.exists() or folder.resolve().parent / named != own.resolve():
        return None
    replace_file(own, resolve(place.settings, str(named)).read_text("utf-8"), day)
    return own


def _kept(before: Path | None) -> str:
    return f"; the one before is {before.name}" if before else ""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C does not come between two files; what it ends is before or after."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
