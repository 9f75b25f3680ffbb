"""`kis-actors install-service`: finds out where this machine has what, writes the service's file, says what is next.

Writes one file into a folder of the person's choice and touches nothing else: no system folder, no secret.
"""

import getpass
import os
import sys
from pathlib import Path
from typing import NamedTuple

import click

import kis_actors
from kis_actors.commands.loading import load_settings
from kis_actors.commands.service_steps import CONTAINER_USER, SERVICE_USER, compose_steps, numbered, unit_steps
from kis_actors.credentials import PAIR, VARIABLES, needed_by
from kis_actors.service_files import STATE_DIRECTORY, Place, compose_text, unit_text
from kis_actors.settings import Settings
from kis_actors.settings_file import Loaded

WRITTEN, KEPT = 0, 1
UNIT, COMPOSE = "kis-actors.service", "compose.yaml"
HOMES = ("/home", "/root", "/run/user")
PROJECT = Path(kis_actors.__file__).resolve().parents[1]


class Wanted(NamedTuple):
    """is_user: for the person's own service manager. directory: where to write. force: over a changed file too."""

    is_systemd: bool
    directory: Path
    is_user: bool
    force: bool


def install(config: Path | None, data_dir: Path | None, wanted: Wanted) -> int:
    """Writes the file and prints the steps; 1 if a file that was changed is there. Raises SettingsError, ValueError."""
    loaded = load_settings(config, data_dir, ())
    if wanted.is_systemd:
        # Where a user's own manager keeps state differs from version to version of systemd; so it is not asked.
        own = Path.home() / ".local" / "state" / STATE_DIRECTORY if wanted.is_user else None
        place = _place(loaded, data_dir or own, _user(wanted), _secrets_dir(wanted))
        name, text, steps = UNIT, unit_text(place), unit_steps(place, wanted.directory.resolve() / UNIT)
    else:
        name, text, steps = _for_docker(loaded, data_dir, wanted.directory.resolve())
    path = wanted.directory / name
    if not _write(path, text, wanted.force):
        return KEPT
    click.echo("\n".join(["", f"Next, for {path}:", *numbered([*_log_steps(loaded, data_dir), *steps])]))
    return WRITTEN


def _for_docker(loaded: Loaded, data_dir: Path | None, directory: Path) -> tuple[str, str, list[str]]:
    _refuse_outside(loaded)
    place = _place(loaded, data_dir, "", directory / "secrets")
    log_dir = place.data_dir or directory / "data"
    text = compose_text(place, build=_build(), data_dir=log_dir, user=_ids())
    return COMPOSE, text, compose_steps(place, directory, log_dir, _ids())


def _write(path: Path, text: str, force: bool) -> bool:
    """Whether the file is as it should be now; what happened to it is said."""
    before = path.read_text("utf-8") if path.exists() else None
    if before not in (None, text) and not force:
        what = "is there already and differs from what would be written; --force writes over it, --dir writes elsewhere"
        click.echo(f"{path} {what}", err=True)
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    click.echo(f"{path}: {'written' if before is None else 'unchanged' if before == text else 'written over'}")
    return True


def _place(loaded: Loaded, data_dir: Path | None, user: str, secrets_dir: Path) -> Place:
    settings, config = loaded.settings, Path(loaded.path).resolve()
    python = Path(os.path.abspath(sys.executable))  # not resolved: the link in a virtual environment is what counts
    source = None if "site-packages" in PROJECT.parts else PROJECT
    own = data_dir.resolve() if data_dir else None
    writable = _writable(loaded, settings)
    paths = [python, config, *filter(None, [source, own]), *writable]
    _refuse_odd(paths)
    needed = _needed(settings)
    return Place(
        python=python, config=config, package_dir=source, data_dir=own, user=user, writable=writable,
        secrets_dir=secrets_dir, secrets=needed, is_home_needed=any(str(path).startswith(HOMES) for path in paths),
        other_secrets=tuple(name for name in VARIABLES.values() if name not in needed),
    )  # fmt: skip


def _needed(settings: Settings) -> tuple[str, ...]:
    """The secrets that must be there, by the names of their files; a file of KIS's own may have the pair."""
    has_pair = settings.kis.credentials_file is not None
    return tuple(VARIABLES[name] for name in needed_by(settings) if not (has_pair and name in PAIR))


def _writable(loaded: Loaded, settings: Settings) -> tuple[Path, ...]:
    """A universe that is written anew each day is."""
    is_written = settings.universe.update == "daily"
    return (_named(loaded, settings.universe.file).parent,) if is_written else ()


def _named(loaded: Loaded, file: str) -> Path:
    """What the service will find by this name: its working directory is the project of the settings."""
    return Path(loaded.path).resolve().parent.parent / Path(file).expanduser()


def _refuse_odd(paths: list[Path]) -> None:
    for path in paths:
        if not str(path).isprintable():
            raise ValueError(f"{path!s:.100}: expected a path without control characters; move it, then try again")


def _refuse_outside(loaded: Loaded) -> None:
    """The container sees the folder of the settings; what is not there either may be what kis-actors brings along."""
    folder = Path(loaded.path).resolve().parent
    for name in (loaded.settings.universe.file, loaded.settings.market.file):
        path = _named(loaded, name)
        if path.exists() and not path.is_relative_to(folder):
            raise ValueError(f"{path} is outside of {folder}, which the container sees; move it there")


def _user(wanted: Wanted) -> str:
    """Who the daemon is to run as: whoever asks, by sudo too, but not root."""
    if wanted.is_user:
        return ""
    name = os.environ.get("SUDO_USER") or getpass.getuser()
    return SERVICE_USER if name == "root" else name


def _secrets_dir(wanted: Wanted) -> Path:
    return Path.home() / ".config" / "kis-actors" / "credentials" if wanted.is_user else Path("/etc/kis-actors")


def _build() -> Path:
    if not (PROJECT / "Dockerfile").exists():
        raise ValueError(f"{PROJECT} has no Dockerfile; run this from a checkout of the project, as ./tools/kis-actors")
    return PROJECT


def _ids() -> str:
    uid, gid = (os.getuid(), os.getgid()) if hasattr(os, "getuid") else (0, 0)
    return f"{uid}:{gid}" if uid else f"{CONTAINER_USER}:{CONTAINER_USER}"


def _log_steps(loaded: Loaded, data_dir: Path | None) -> list[str]:
    """A log that is there already is not found by a service that keeps its own elsewhere."""
    before = Path(loaded.settings.log.data_dir).resolve()
    if data_dir or not (before / "events").is_dir():
        return []
    return [f"There is a log in {before}. The service keeps its own; to go on with this one, say --data-dir {before}"]
