"""Who is watched: the members of KOSPI100 and KOSDAQ150 among all listed codes, and what changed since the last time.

Must not know how KIS writes any of this; it is handed listings that answer as `Listed` says.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from typing import Protocol

from msgspec import Struct

from kis_actors.market.universe import FLAGS, HEADER, Market, flags_in, read_universe

BOUNDS = {"KOSPI100": (95, 105), "KOSDAQ150": (145, 155)}
"""KIS's flags are off by one or two around mergers and rebalancings; by more, they are wrong."""

GROUPS = ("ST", "DR", "FS", "RT")
"""Stocks, depositary receipts, foreign stocks, REITs."""

COLUMNS = (*HEADER, FLAGS, "base_price_won")
IN_SHORT_CHARACTERS_MAX = 200
NAMED_MAX = 3
_WON = re.compile(r"[0-9]{1,18}")


class Listed(Protocol):
    """What must be known of a listed code to choose it."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def name(self) -> str:
        """Its Korean name."""

    @property
    def market(self) -> Market:
        """Where it is listed."""

    @property
    def group(self) -> str:
        """Its kind, see GROUPS."""

    @property
    def is_kospi100(self) -> bool:
        """Whether it is flagged as a member."""

    @property
    def is_kosdaq150(self) -> bool:
        """Whether it is flagged as a member."""

    @property
    def is_preferred(self) -> bool:
        """Whether it is no common share."""

    @property
    def flags(self) -> tuple[str, ...]:
        """What is unusual about it today, a word each."""

    @property
    def base_price_won(self) -> int | None:
        """What today's limits are measured from."""


class Member(Struct, frozen=True, kw_only=True):
    """One watched stock as the universe file has it.

    flags: such as halted; None if the file does not say. base_price_won: of the day the file was written.
    """

    code: str
    name: str
    market: Market
    flags: tuple[str, ...] | None
    base_price_won: int | None


class Chosen(Struct, frozen=True, kw_only=True):
    """A universe within bounds, KOSPI first, by code. unlisted: pins and exclusions that no market lists."""

    members: tuple[Member, ...]
    unlisted: tuple[str, ...]


class Refused(Struct, frozen=True, kw_only=True):
    """So many members cannot be right: the universe stays as it was, and a person must know."""

    expected: str
    came: str

    @property
    def reason(self) -> str:
        """That it cannot be right, for people."""
        return f"the index flags cannot be right: expected {self.expected}, found {self.came}"


class Change(Struct, frozen=True, kw_only=True):
    """A stock that stayed, and what it was and is."""

    code: str
    name: str
    before: str
    after: str


class Difference(Struct, frozen=True, kw_only=True):
    """What is new on `day`. moved: to the other market. flagged: otherwise than before, where both files say."""

    day: date
    added: tuple[Member, ...]
    removed: tuple[Member, ...]
    renamed: tuple[Change, ...]
    moved: tuple[Change, ...]
    flagged: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is new."""
        return not (self.added or self.removed or self.renamed or self.moved or self.flagged)


def choose(
    listings: Iterable[Listed], *, pins: Sequence[str] = (), exclusions: Sequence[str] = ()
) -> Chosen | Refused:  # fmt: skip
    """The flagged members, with `pins` and without `exclusions`; bounds bind before those two."""
    listed = {listing.code: listing for listing in listings}
    common = [listing for listing in listed.values() if listing.group in GROUPS and not listing.is_preferred]
    indices = {
        "KOSPI100": [listing.code for listing in common if listing.is_kospi100],
        "KOSDAQ150": [listing.code for listing in common if listing.is_kosdaq150],
    }
    if not all(low <= len(indices[index]) <= high for index, (low, high) in BOUNDS.items()):
        expected = " and ".join(f"{low} to {high} members of {index}" for index, (low, high) in BOUNDS.items())
        return Refused(expected=expected, came=" and ".join(str(len(codes)) for codes in indices.values()))
    wanted = dict.fromkeys((*indices["KOSPI100"], *indices["KOSDAQ150"], *pins))
    members = [_member(listed[code]) for code in wanted if code in listed and code not in exclusions]
    unlisted = tuple(code for code in (*pins, *exclusions) if code not in listed)
    return Chosen(members=tuple(sorted(members, key=_place)), unlisted=unlisted)


def difference(before: Sequence[Member], after: Sequence[Member], day: date) -> Difference:
    """What `after`, which is `day`'s, has otherwise than `before`. Prices do not count."""
    old = {member.code: member for member in before}
    stayed = [(old[member.code], member) for member in after if member.code in old]
    codes = {member.code: member for member in after}
    return Difference(
        day=day,
        added=tuple(member for member in after if member.code not in old),
        removed=tuple(member for member in before if member.code not in codes),
        renamed=_changes((was, now, was.name, now.name) for was, now in stayed),
        moved=_changes((was, now, was.market, now.market) for was, now in stayed),
        flagged=_changes(
            (was, now, flags_text(was.flags), flags_text(now.flags))
            for was, now in stayed
            if was.flags is not None and now.flags is not None
        ),
    )


def in_short(found: Difference) -> str:
    """Who came and went, was renamed or moved, in a line of at most IN_SHORT_CHARACTERS_MAX; "" for nobody.

    Flags are not told: dozens change around the days that dividends fall off.
    """
    stocks: dict[str, tuple[Member, ...] | tuple[Change, ...]] = {
        "added": found.added, "removed": found.removed, "renamed": found.renamed, "moved": found.moved,
    }  # fmt: skip
    line = "; ".join(_named(what, some) for what, some in stocks.items() if some)
    return line if len(line) <= IN_SHORT_CHARACTERS_MAX else line[: IN_SHORT_CHARACTERS_MAX - 1] + "…"


def text_of(members: Iterable[Member]) -> str:
    """`members` as the text of a universe file."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for member in members:
        price = "" if member.base_price_won is None else member.base_price_won
        writer.writerow((member.code, member.name, member.market, flags_text(member.flags), price))
    return text.getvalue()


def read_members(text: str) -> tuple[Member, ...]:
    """The members in a universe file's text, with or without our further columns. Raises UniverseError."""
    stocks = read_universe(text)
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), restval="")
    cells = {row["code"].strip(): row for row in rows}
    return tuple(
        Member(
            code=stock.code, name=stock.name, market=stock.market,
            flags=_flags(cells[stock.code].get(FLAGS)), base_price_won=_won(cells[stock.code].get("base_price_won")),
        )
        for stock in stocks
    )  # fmt: skip


def flags_text(flags: tuple[str, ...] | None) -> str:
    """Flags in one word: halted|alarm."""
    return "|".join(flags or ())


def _named(what: str, stocks: Sequence[Member] | Sequence[Change]) -> str:
    named = ", ".join(f"{stock.code} {stock.name}" for stock in stocks[:NAMED_MAX])
    others = f" and {len(stocks) - NAMED_MAX} more" if len(stocks) > NAMED_MAX else ""
    return f"{len(stocks)} {what}: {named}{others}"


def _member(listing: Listed) -> Member:
    return Member(
        code=listing.code,
        name=listing.name,
        market=listing.market,
        flags=listing.flags,
        base_price_won=listing.base_price_won,
    )


def _place(member: Member) -> tuple[bool, str]:
    return member.market != "KOSPI", member.code


def _changes(pairs: Iterable[tuple[Member, Member, str, str]]) -> tuple[Change, ...]:
    return tuple(
        Change(code=now.code, name=now.name, before=before, after=after)
        for _, now, before, after in pairs
        if before != after
    )


def _flags(cell: str | None) -> tuple[str, ...] | None:
    return None if cell is None else flags_in(cell)


def _won(cell: str | None) -> int | None:
    """None for what is no price: the column may be anyone's."""
    return int(cell) if cell and _WON.fullmatch(cell.strip()) else None
