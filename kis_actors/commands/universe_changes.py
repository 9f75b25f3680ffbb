"""What `universe` shows and writes: the watched codes, and what is new in KIS's master files.

The file is replaced in one step and the one before is kept, so that no moment has half a universe.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import click

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.download import download
from kis_actors.adapters.http import HttpTrouble
from kis_actors.commands.reading import json_of, plain
from kis_actors.commands.run import load_settings
from kis_actors.kis.master import BYTES_MAX, URLS, Listing, Market, MasterError, read_master
from kis_actors.market.membership import (
    Change,
    Chosen,
    Difference,
    Member,
    Refused,
    choose,
    difference,
    flags_text,
    read_members,
    text_of,
)
from kis_actors.market.universe import UniverseError
from kis_actors.settings_file import SettingsError, resolve

DONE, DIFFERENT, REFUSED = 0, 1, 1
BY_HAND = "try again later, or get both files another way and name them with --kospi FILE --kosdaq FILE"


class CouldNot(click.ClickException):
    """The command could not run; says why and ends with status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Prints the message alone, as the other commands do."""
        click.echo(self.message, err=True)


class Masters(NamedTuple):
    """What to choose from, and how. kospi, kosdaq: both None is a download."""

    kospi: Path | None = None
    kosdaq: Path | None = None
    pins: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()


def show_members(config: Path | None, data_dir: Path | None, *, is_json: bool) -> int:
    """Prints the watched codes; the exit status."""
    path, _ = _watched(config, data_dir)
    members = _members_in(path)
    for member in members:
        click.echo(json_of(member) if is_json else plain(_member_line(member)))
    if not is_json:
        click.echo(f"{path}: {_summary(members)}")
    return DONE


def update_members(config: Path | None, data_dir: Path | None, masters: Masters) -> int:
    """Replaces the universe file by today's members, within bounds, and prints what is new; the exit status."""
    path, day = _watched(config, data_dir)
    chosen = _chosen(masters)
    if isinstance(chosen, Refused):
        click.echo(f"{_refusal(chosen)}\n{path} stays as it is. {BY_HAND[0].upper()}{BY_HAND[1:]}", err=True)
        return REFUSED
    before = _members_before(path)
    try:
        kept = _replace(path, _checked(chosen), day)
    except OSError as error:
        raise CouldNot(f"{path}: cannot be written: {error}") from error
    if before is not None:
        _print_difference(difference(before, chosen.members, day))
    click.echo(f"{path}: {_summary(chosen.members)}{f'; the one before is {kept.name}' if kept else ''}")
    return DONE


def diff_since(config: Path | None, data_dir: Path | None, file: Path) -> int:
    """Prints what the watched universe has otherwise than `file`; the exit status."""
    path, day = _watched(config, data_dir)
    found = difference(_members_in(file), _members_in(path), day)
    click.echo(f"from {file} to {path}")
    return _print_difference(found)


def diff_masters(config: Path | None, data_dir: Path | None, masters: Masters) -> int:
    """Prints what an update would change; the exit status."""
    path, day = _watched(config, data_dir)
    before = _members_in(path)
    chosen = _chosen(masters)
    if isinstance(chosen, Refused):
        raise CouldNot(_refusal(chosen))
    click.echo(f"from {path} to KIS's master files")
    return _print_difference(difference(before, chosen.members, day))


# --- the universe file


def _watched(config: Path | None, data_dir: Path | None) -> tuple[Path, date]:
    """Where the universe file is, or shall be, and today's date."""
    try:
        loaded = load_settings(config, data_dir, ())
    except SettingsError as error:
        raise CouldNot("\n".join(map(str, error.problems))) from error
    return resolve(loaded.path, loaded.settings.universe.file), Clock(loaded.settings.clock).now().date()


def _members_in(path: Path) -> tuple[Member, ...]:
    try:
        return read_members(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, UniverseError) as error:
        raise CouldNot(f"{path}: cannot be read: {error}") from error


def _members_before(path: Path) -> tuple[Member, ...] | None:
    """What an update replaces; None if there is nothing to compare with."""
    if not path.exists():
        return None
    try:
        return _members_in(path)
    except CouldNot as error:
        click.echo(f"warning: {error.message}; it is replaced, and nothing compared", err=True)
        return None


def _checked(chosen: Chosen) -> str:
    """The text to write, which the daemon will be able to read."""
    text = text_of(chosen.members)
    try:
        read_members(text)
    except UniverseError as error:
        raise CouldNot(f"no universe can be made of this: {error}") from error
    return text


def _replace(path: Path, text: str, day: date) -> Path | None:
    """Puts `text` at `path` in one step; where the one before went, if there was another. Raises OSError."""
    path = path.resolve()  # a link stays a link
    content = text.encode()
    if path.exists() and path.read_bytes() == content:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    kept = _keep(path, day) if path.exists() else None
    unfinished.replace(path)
    return kept


def _keep(path: Path, day: date) -> Path:
    """Copies `path` beside itself under a name with the day it was replaced on; no copy is ever overwritten."""
    numbers = (f"{day}" if number == 1 else f"{day}.{number}" for number in count(1))
    names = (path.with_name(f"{path.stem}.{number}{path.suffix}") for number in numbers)
    kept = next(name for name in names if not name.exists())
    shutil.copy2(path, kept)
    return kept


# --- the master files


def _chosen(masters: Masters) -> Chosen | Refused:
    both = set(masters.pins) & set(masters.exclusions)
    if both:
        raise CouldNot(f"pinned and excluded at once: {', '.join(sorted(both))}; name each only once")
    if (masters.kospi is None) != (masters.kosdaq is None):
        raise CouldNot("one master file is not enough: name both --kospi FILE and --kosdaq FILE, or none to download")
    listings = [*_listings("KOSPI", masters.kospi), *_listings("KOSDAQ", masters.kosdaq)]
    chosen = choose(listings, pins=masters.pins, exclusions=masters.exclusions)
    if isinstance(chosen, Chosen) and chosen.unlisted:
        click.echo(f"warning: in no master file, so left out: {', '.join(chosen.unlisted)}", err=True)
    return chosen


def _listings(market: Market, path: Path | None) -> tuple[Listing, ...]:
    """What a master file lists; says which of its records had to be left out."""
    place = str(path or URLS[market])
    data = _content(path) if path else _downloaded(URLS[market])
    try:
        master = read_master(data, market)
    except MasterError as error:
        raise CouldNot(f"{place}: no {market} master file: {error}; {BY_HAND}") from error
    if master.rejected:
        first = master.rejected[0]
        records = f"{len(master.rejected)} of {len(master.rejected) + len(master.listings)} records left out"
        click.echo(plain(f"warning: {place}: {records}; line {first.line}: {first.why}"), err=True)
    return master.listings


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise CouldNot(f"{path}: cannot be read: {error.strerror}") from error


def _downloaded(url: str) -> bytes:
    try:
        return download(url, bytes_max=BYTES_MAX)
    except HttpTrouble as error:
        raise CouldNot(f"{url}: {error.reason}; {BY_HAND}") from error


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


def _refusal(refused: Refused) -> str:
    return f"KIS's index flags cannot be right: expected {refused.expected}, found {refused.came}"


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
