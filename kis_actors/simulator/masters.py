"""The master files of the simulated exchange, as KIS publishes them each morning: zipped, cp949, fixed byte widths.

The universe's stocks are the members of KOSPI100 and KOSDAQ150; a few other codes stand between them.
"""

import zipfile
from io import BytesIO

from msgspec import Struct

from kis_actors.simulator import universe
from kis_actors.simulator.market import Market
from kis_actors.simulator.scenario import Halt, Scenario
from kis_actors.simulator.stock_day import StockDay

FILES: dict[str, universe.Market] = {"kospi_code.mst": "KOSPI", "kosdaq_code.mst": "KOSDAQ"}

_BLANK_TAILS: dict[universe.Market, str] = {
    "KOSPI":
    "ST3000000000000 NN0NNN NNNNNNNNN0NNNNNNNN"
    "0000000000000100001NNN00NNN000000040Y09000000000000000000000050020000101"
    "00000000000000000000000000000000000012       0 NNN"
    "00000000000000000000000000000000000000.0020260331000000000   NNN",
    "KOSDAQ":
    "ST3000000000000NNN NNNNNNNN0NNNNNNNN"
    "0000000000000100001NNN00NNN000000040Y09000000000000000000000050020000101"
    "00000000000000000000000000000000000012       0NNN"
    "00000000000000000000000000000000000000.0020260331000000000   NNN",
}  # fmt: skip
"""What stands behind the name, 227 or 221 bytes, of a stock of which nothing is to be said."""

_PLACES: dict[universe.Market, dict[str, tuple[int, int]]] = {
    "KOSPI": {
        "group": (0, 2), "member": (19, 20), "base_won": (41, 50), "halted": (60, 61), "par_change": (70, 72),
        "volume_shares": (81, 93), "listed_thousands": (113, 128), "preferred": (158, 159), "market_value": (212, 221),
    },
    "KOSDAQ": {
        "group": (0, 2), "member": (35, 36), "base_won": (36, 45), "halted": (55, 56), "par_change": (65, 67),
        "volume_shares": (76, 88), "listed_thousands": (108, 123), "preferred": (153, 154), "market_value": (206, 215),
    },
}  # fmt: skip
"""Where in it KIS writes what; a member is one of KOSPI100 or of KOSDAQ150."""


class Listing(Struct, frozen=True, kw_only=True):
    """One record. group: ST is a stock, EF a fund, EN a note, DR a receipt. preferred: 0 is a common share."""

    code: str
    name: str
    group: str = "ST"
    member: str = "N"
    base_won: int = 10_000
    halted: str = "N"
    par_change: str = "00"
    volume_shares: int = 50_000
    listed_shares: int = 20_000_000
    preferred: str = "0"


_OTHERS: dict[universe.Market, tuple[Listing, ...]] = {
    "KOSPI": (
        Listing(code="000890", name="보해양조"),
        Listing(code="005935", name="삼성전자우", preferred="1"),
        Listing(code="069500", name="KODEX 200", group="EF"),
        Listing(code="Q500061", name="신한 인버스 코스피 200 선물 ETN", group="EN"),
    ),
    "KOSDAQ": (
        Listing(code="066910", name="손오공"),
        Listing(code="900110", name="이스트아시아홀딩스", group="DR"),
        Listing(code="950010", name="평산차업 KDR", group="DR", halted="Y"),
    ),
}
"""Listed, and in no index that is watched."""


def master_file(file_name: str, market: Market) -> bytes:
    """The zip of one master file of `FILES`; the same bytes whenever it is asked for."""
    which = FILES[file_name]
    content = b"".join(_record(listing, which) + b"\n" for listing in _listings(which, market))
    packed = BytesIO()
    published_at = (market.day.year, market.day.month, market.day.day, 6, 0, 0)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo(file_name, published_at), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _listings(which: universe.Market, market: Market) -> list[Listing]:
    """In the order of their codes, as in KIS's files."""
    listed = [day for day in market.stock_days.values() if day.stock.market == which]
    others = [listing for listing in _OTHERS[which] if listing.code not in market.stock_days]
    return sorted((*(_member(day, market.scenario) for day in listed), *others), key=lambda listing: listing.code)


def _member(stock_day: StockDay, scenario: Scenario) -> Listing:
    is_halted = any(isinstance(told, Halt) and told.code == stock_day.code for told in scenario.happenings)
    ratio = stock_day.split_ratio
    return Listing(
        code=stock_day.code,
        name=stock_day.stock.name,
        member="Y",
        base_won=stock_day.base_won,
        halted="Y" if is_halted else "N",
        par_change="00" if ratio == 1 else "01" if ratio < 1 else "02",
        volume_shares=stock_day.bars[-1].volume_shares,
        listed_shares=stock_day.character.listed_shares,
    )


def _record(listing: Listing, which: universe.Market) -> bytes:
    """KIS pads what it writes: names with blanks to 40 bytes, numbers with zeros."""
    values: dict[str, object] = {name: getattr(listing, name) for name in listing.__struct_fields__}
    values["listed_thousands"] = listing.listed_shares // 1000
    values["market_value"] = listing.listed_shares * listing.base_won // 100_000_000
    tail = _BLANK_TAILS[which]
    for name, (start, end) in _PLACES[which].items():
        tail = tail[:start] + str(values[name]).zfill(end - start) + tail[end:]
    name_bytes = listing.name.encode("cp949", "replace")[:40]
    return f"{listing.code:9}{isin(listing.code):12}".encode() + name_bytes.ljust(40) + tail.encode()


def isin(code: str) -> str:
    """The international number of a Korean stock: its code, and a digit that proves the others."""
    body = f"KR7{code}00"[:11]
    digits = "".join(str(int(letter, 36)) for letter in body)
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return f"{body}{-sum(value // 10 + value % 10 for value in doubled) % 10}"
