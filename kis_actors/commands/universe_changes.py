"""What `universe` shows and writes: the watched codes, and what is new in KIS's master files."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import click

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.masters import MastersError, NoMasterFile, checked_text, fetch_members
from kis_actors.adapters.replacing import replace_file
from kis_actors.commands.loading import load_settings
from kis_actors.commands.reading import json_of
from kis_actors.market.membership import (
    Change,
    Chosen,
    Difference,
    Member,
    Refused,
    difference,
    flags_text,
    read_members,
)
from kis_actors.market.universe import UniverseError
from kis_actors.printable import plain
from kis_actors.settings import Universe
from kis_actors.settings_file import SettingsError, resolve
from kis_actors.shipped import is_installed

DONE, DIFFERENT, REFUSED = 0, 1, 1
NAME_ONE = "name a UTF-8 file in universe.file, or make it with `kis-actors universe update`"
BY_HAND = "try again later, or get both files another way and name them with --kospi FILE --kosdaq FILE"


class CouldNot(click.ClickException):
    """The command could not run; says why and ends with status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Prints the message alone, as the other commands do."""
        click.echo(self.message, err=True)


class Masters(NamedTuple):
    """What the command line says of the choice, over the settings. kospi, kosdaq: both None is a download."""

    kospi: Path | None = None
    kosdaq: Path | None = None
    pins: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()


def show_members(config: Path | None, data_dir: Path | None, *, is_json: bool) -> int:
    """Prints the watched codes; the exit status."""
    path, _, _ = _watched(config, data_dir)
    members = _members_in(path)
    for member in members:
        click.echo(json_of(member) if is_json else plain(_member_line(member)))
    if not is_json:
        click.echo(f"{path}: {_summary(members)}")
    return DONE


def update_members(config: Path | None, data_dir: Path | None, masters: Masters) -> int:
    """Replaces the universe file by today's members, within bounds, and prints what is new; the exit status."""
    path, day, settings = _watched(config, data_dir)
    chosen = _chosen(settings, masters)
    if isinstance(chosen, Refused):
        click.echo(f"{chosen.reason}\n{path} stays as it is. {BY_HAND[0].upper()}{BY_HAND[1:]}", err=True)
        return REFUSED
    before = _members_before(path)
    path = Path(settings.file) if is_installed(path) else path  # the first update makes a universe of the user's own
    try:
        kept = replace_file(path, checked_text(chosen), day)
    except MastersError as error:
        raise CouldNot(str(error)) from error
    except OSError as error:
        raise CouldNot(f"{path}: cannot be written: {error.strerror}; let this user write there") from error
    if before is not None:
        _print_difference(difference(before, chosen.members, day))
    click.echo(f"{path}: {_summary(chosen.members)}{f'; the one before is {kept.name}' if kept else ''}")
    return DONE


def diff_since(config: Path | None, data_dir: Path | None, file: Path) -> int:
    """Prints what the watched universe has otherwise than `file`; the exit status."""
    path, day, _ = _watched(config, data_dir)
    found = difference(_members_in(file), _members_in(path), day)
    click.echo(f"from {file} to {path}")
    return _print_difference(found)


def diff_masters(config: Path | None, data_dir: Path | None, masters: Masters) -> int:
    """Prints what an update would change; the exit status."""
    path, day, settings = _watched(config, data_dir)
    before = _members_in(path)
    chosen = _chosen(settings, masters)
    if isinstance(chosen, Refused):
        raise CouldNot(f"{chosen.reason}; {BY_HAND}")
    click.echo(f"from {path} to KIS's master files")
    return _print_difference(difference(before, chosen.members, day))


# --- the universe file


def _watched(config: Path | None, data_dir: Path | None) -> tuple[Path, date, Universe]:
    """Where the universe file is, or shall be, today's date, and the settings."""
    try:
        loaded = load_settings(config, data_dir, ())
    except SettingsError as error:
        raise CouldNot("\n".join(map(str, error.problems))) from error
    settings = loaded.settings
    return resolve(loaded.path, settings.universe.file), Clock(settings.clock).now().date(), settings.universe


def _members_in(path: Path) -> tuple[Member, ...]:
    try:
        return read_members(path.read_text("utf-8"))
    except OSError as error:
        raise CouldNot(f"{path}: cannot be read: {error.strerror}; {NAME_ONE}") from error
    except UniverseError as error:
        raise CouldNot(f"{path}: cannot be read: {error}; write {error.expected}") from error
    except UnicodeDecodeError as error:
        raise CouldNot(f"{path}: cannot be read: {error}; {NAME_ONE}") from error


def _members_before(path: Path) -> tuple[Member, ...] | None:
    """What an update replaces; None if there is nothing to compare with."""
    if not path.exists():
        return None
    try:
        return _members_in(path)
    except CouldNot as error:
        click.echo(f"warning: {error.message}; it is replaced, and nothing compared", err=True)
        return None


def _chosen(settings: Universe, masters: Masters) -> Chosen | Refused:
    """The members by the master files; says what had to be left out."""
    try:
        fetched = fetch_members(
            settings.master_url,
            pins=tuple(dict.fromkeys((*settings.pins, *masters.pins))),
            exclusions=tuple(dict.fromkeys((*settings.exclusions, *masters.exclusions))),
            kospi=masters.kospi,
            kosdaq=masters.kosdaq,
        )
    except NoMasterFile as error:
        raise CouldNot(f"{error}; {BY_HAND}") from error
    except MastersError as error:
        raise CouldNot(str(error)) from error
    for remark in fetched.remarks:
        click.echo(plain(f"warning: {remark}"), err=True)
    return fetched.outcome


# --- words


def _member_line(member: Member) -> str:
    price = "" if member.base_price_won is None else f"{member.base_price_won:,}"
    flags = f"  {flags_text(member.flags)}" if member.flags else ""
    return f"{member.code}  {member.market:<6}  {price:>11}  {member.name}{flags}"


def _summary(members: Sequence[Member]) -> str:
    kospi = sum(member.market == "KOSPI" for member in members)
    unknown = all(member.flags is None for member in members)
    flagged = "flags unknown" if unknown else f"{sum(bool(member.flags) for member in members)} flagged"
    return f"{len(members)} stocks (KOSPI {kospi}, KOSDAQ {len(members) - kospi}), {flagged}"


def _print_difference(found: Difference) -> int:
    for line in _difference_lines(found):
        click.echo(plain(line))
    return DONE if found.is_empty else DIFFERENT


def _difference_lines(found: Difference) -> Iterator[str]:
    if found.is_empty:
        yield f"{found.day}: no difference"
        return
    counts = {
        "added": found.added, "removed": found.removed, "renamed": found.renamed, "moved": found.moved,
        "flagged otherwise": found.flagged,
    }  # fmt: skip
    yield f"{found.day}: " + ", ".join(f"{len(stocks)} {what}" for what, stocks in counts.items() if stocks)
    yield from (f"+ {member.code} {member.name} ({member.market})" for member in found.added)
    yield from (f"- {member.code} {member.name} ({member.market})" for member in found.removed)
    for change in (*found.renamed, *found.moved, *found.flagged):
        yield f"~ {_change(change)}"


def _change(change: Change) -> str:
    return f"{change.code} {change.name}: {change.before or 'no flags'} -> {change.after or 'no flags'}"
