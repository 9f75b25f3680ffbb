"""The watched codes from where they are kept: KIS's master files, and the universe file, replaced in one step.

Must not know who asks: the command `universe` and the daemon take the same way.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from kis_actors.adapters.download import download
from kis_actors.adapters.http import HttpTrouble
from kis_actors.adapters.replacing import replace_file
from kis_actors.kis.master import BYTES_MAX, URLS, Listing, Market, MasterError, read_master
from kis_actors.market.membership import (
    Chosen,
    Member,
    Refused,
    choose,
    difference,
    in_short,
    read_members,
    text_of,
)
from kis_actors.market.universe import Stock, UniverseError, read_universe
from kis_actors.settings import Universe


class MastersError(Exception):
    """No members can be had, or not be kept. Says why, and of which file."""


class NoMasterFile(MastersError):
    """A master file cannot be fetched, or is none."""


class Fetched(NamedTuple):
    """What KIS's master files give. remarks: what had to be left out, a line for people each."""

    outcome: Chosen | Refused
    remarks: tuple[str, ...]


class Loaded(NamedTuple):
    """The codes to watch. source: where they were read, and what had to be left out. difference: from the last ones."""

    stocks: tuple[Stock, ...]
    source: str
    difference: str


class Kept(NamedTuple):
    """There is nothing better than what was; the file is as it was, too."""

    reason: str


class UniverseSource:
    """Where the daemon has its codes from, day by day. Used by one thread at a time.

    is_allowed_out: whether KIS's own master files may be fetched; without, only those of a master_url that is set.
    """

    def __init__(self, path: Path, settings: Universe, is_allowed_out: bool) -> None:
        self._path = path
        self._settings = settings
        self._is_fetched = settings.update == "daily" and (is_allowed_out or settings.master_url is not None)
        self._before: tuple[Member, ...] | None = None

    def load(self, day: date) -> Loaded | Kept:
        """The codes of `day`: out of today's master files, which may take two minutes, or else out of the file.

        difference is from what this source loaded last; before that, from the file an update replaces.
        """
        try:
            return self._updated(day) if self._is_fetched else self._read(day)
        except MastersError as error:
            return Kept(str(error))

    def _updated(self, day: date) -> Loaded | Kept:
        settings = self._settings
        fetched = fetch_members(settings.master_url, pins=settings.pins, exclusions=settings.exclusions)
        if isinstance(fetched.outcome, Refused):
            return Kept(fetched.outcome.reason)
        if self._before is None and self._path.exists():
            self._before = _members_before(self._path)
        text = checked_text(fetched.outcome)
        try:
            replace_file(self._path, text, day)
        except OSError as error:
            raise MastersError(f"{self._path}: cannot be written: {error}") from error
        return self._loaded(text, day, "; ".join((settings.master_url or "KIS's master files", *fetched.remarks)))

    def _read(self, day: date) -> Loaded:
        try:
            return self._loaded(self._path.read_text("utf-8"), day, str(self._path))
        except (OSError, UnicodeDecodeError, UniverseError) as error:
            raise MastersError(f"{self._path}: cannot be read: {error}") from error

    def _loaded(self, text: str, day: date, source: str) -> Loaded:
        stocks, members = read_universe(text), read_members(text)
        before, self._before = self._before, members
        return Loaded(stocks, source, "" if before is None else in_short(difference(before, members, day)))


def fetch_members(
    master_url: str | None, *,
    pins: Sequence[str] = (), exclusions: Sequence[str] = (), kospi: Path | None = None, kosdaq: Path | None = None,
) -> Fetched:  # fmt: skip
    """The members by both master files. Raises MastersError.

    master_url: the folder they are downloaded from, KIS's own if None. kospi, kosdaq: files to read instead, both.
    """
    both = sorted(set(pins) & set(exclusions))
    if both:
        raise MastersError(f"pinned and excluded at once: {', '.join(both)}; name each only once")
    if (kospi is None) != (kosdaq is None):
        raise MastersError("one master file is not enough; name both, --kospi and --kosdaq, or none to download")
    remarks: list[str] = []
    listings = [
        *_listings("KOSPI", _file("KOSPI", kospi, master_url), remarks),
        *_listings("KOSDAQ", _file("KOSDAQ", kosdaq, master_url), remarks),
    ]
    chosen = choose(listings, pins=pins, exclusions=exclusions)
    if isinstance(chosen, Chosen) and chosen.unlisted:
        remarks.append(f"in no master file, so left out: {', '.join(chosen.unlisted)}")
    return Fetched(chosen, tuple(remarks))


def checked_text(chosen: Chosen) -> str:
    """The text of a universe file, which the daemon can read. Raises MastersError."""
    text = text_of(chosen.members)
    try:
        read_members(text)
    except UniverseError as error:
        raise MastersError(f"no universe can be made of this: {error}; try again later") from error
    return text


def _members_before(path: Path) -> tuple[Member, ...] | None:
    """What an update replaces; None for what is no universe, which is replaced and kept all the same."""
    try:
        return read_members(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, UniverseError):
        return None


def _file(market: Market, path: Path | None, master_url: str | None) -> tuple[str, bytes]:
    """A master file: its place and its bytes."""
    if path:
        return str(path), _content(path)
    url = f"{master_url.rstrip('/')}/{market.lower()}_code.mst.zip" if master_url else URLS[market]
    try:
        return url, download(url, bytes_max=BYTES_MAX)
    except HttpTrouble as error:
        raise NoMasterFile(f"{url}: {error.reason}") from error


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise MastersError(f"{path}: cannot be read: {error.strerror}; name a file that is there") from error


def _listings(market: Market, file: tuple[str, bytes], remarks: list[str]) -> tuple[Listing, ...]:
    """What a master file lists; adds to `remarks` which of its records had to be left out."""
    place, data = file
    try:
        master = read_master(data, market)
    except MasterError as error:
        raise NoMasterFile(f"{place}: no {market} master file: {error}") from error
    if master.rejected:
        first = master.rejected[0]
        records = f"{len(master.rejected)} of {len(master.rejected) + len(master.listings)} records left out"
        remarks.append(f"{place}: {records}; line {first.line}: {first.why}")
    return master.listings
