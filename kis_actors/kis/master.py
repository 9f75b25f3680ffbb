"""KIS's master files: every listed code of a market as of today, with its index membership and its flags.

A file is text in cp949, one record a line, zipped. Reads bytes; must not know where they come from.
"""

import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Literal

from msgspec import Struct

from kis_actors.kis.values import CODE, WHOLE

Market = Literal["KOSPI", "KOSDAQ"]

URLS: Mapping[Market, str] = {
    "KOSPI": "https://new.real.download.dws.co.kr/common/master/kospi_code.mst.zip",
    "KOSDAQ": "https://new.real.download.dws.co.kr/common/master/kosdaq_code.mst.zip",
}
"""Where KIS's own samples take them from; no key is needed."""

BYTES_MAX = 20_000_000
"""Of a file, zipped or not; the KOSPI file has 0.7 million."""

HEAD_BYTES = 61
TAIL_BYTES: Mapping[Market, int] = {"KOSPI": 227, "KOSDAQ": 221}
_CODE, _ISIN, _NAME = slice(0, 9), slice(9, 21), slice(21, HEAD_BYTES)

_TAILS: Mapping[Market, Mapping[str, slice]] = {
    "KOSPI": {
        "scrt_grp_cls_code": slice(0, 2),
        "kospi100_issu_yn": slice(19, 20),
        "stck_sdpr": slice(41, 50),
        "trht_yn": slice(60, 61),
        "sltr_yn": slice(61, 62),
        "mang_issu_yn": slice(62, 63),
        "mrkt_alrm_cls_code": slice(63, 65),
        "flng_cls_code": slice(68, 70),
        "fcam_mod_cls_code": slice(70, 72),
        "prdy_vol": slice(81, 93),
        "lstn_stcn": slice(113, 128),
        "prst_cls_code": slice(158, 159),
        "prdy_avls_scal": slice(212, 221),
    },
    "KOSDAQ": {
        "scrt_grp_cls_code": slice(0, 2),
        "ksq150_nmix_yn": slice(35, 36),
        "stck_sdpr": slice(36, 45),
        "trht_yn": slice(55, 56),
        "sltr_yn": slice(56, 57),
        "mang_issu_yn": slice(57, 58),
        "mrkt_alrm_cls_code": slice(58, 60),
        "flng_cls_code": slice(63, 65),
        "fcam_mod_cls_code": slice(65, 67),
        "prdy_vol": slice(76, 88),
        "lstn_stcn": slice(108, 123),
        "prst_cls_code": slice(153, 154),
        "prdy_avls_scal": slice(206, 215),
    },
}
"""What is read of a record's tail, by the names of KIS's stocks_info/kis_kospi_code_mst.h and kis_kosdaq_code_mst.h."""


class Listing(Struct, frozen=True, kw_only=True):
    """One listed code. A number KIS leaves blank is None, and so is a price or a value of 0.

    group: ST is a stock, EF a fund; KIS's scrt_grp_cls_code. is_preferred: no common share.
    alarm: 00 none, 01 caution, 02 warning, 03 risk. ex_class: 00 none, 01 rights, 02 dividend, others.
    par_change_class: 00 none, 01 split, 02 reverse split, 99 other.
    base_price_won: what today's limits are measured from. previous_volume_shares: of the last session.
    listed_shares: KIS tells thousands only. market_cap_won: at the previous close; KIS tells 100 millions only.
    """

    code: str
    isin: str
    name: str
    market: Market
    group: str
    is_kospi100: bool
    is_kosdaq150: bool
    is_preferred: bool
    is_halted: bool
    is_administrative: bool
    is_liquidation: bool
    alarm: str
    ex_class: str
    par_change_class: str
    base_price_won: int | None
    previous_volume_shares: int | None
    listed_shares: int | None
    market_cap_won: int | None

    @property
    def flags(self) -> tuple[str, ...]:
        """What a person should know of the code today, in words that stay."""
        raised = {
            "halted": self.is_halted,
            "administrative": self.is_administrative,
            "liquidation": self.is_liquidation,
            "alarm": self.alarm != "00",
            "ex": self.ex_class != "00",
            "par_change": self.par_change_class != "00",
        }
        return tuple(word for word, is_raised in raised.items() if is_raised)


class Rejected(Struct, frozen=True, kw_only=True):
    """A record that could not be read: its line, from 1, and what was expected and came."""

    line: int
    why: str


class Master(Struct, frozen=True, kw_only=True):
    """What a master file holds, in its order."""

    listings: tuple[Listing, ...]
    rejected: tuple[Rejected, ...]


class MasterError(Exception):
    """The bytes are no master file of that market. Says what was expected and what came."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"expected {expected}, found {came}")
        self.expected = expected
        self.came = came


def read_master(data: bytes, market: Market) -> Master:
    """The listings in a master file, zipped or not. Raises MasterError if most of its lines are no records."""
    listings: list[Listing] = []
    rejected: list[Rejected] = []
    for line, record in enumerate(_unpacked(data).split(b"\n"), start=1):
        record = record.removesuffix(b"\r")  # and nothing else: the last fields may be blank
        if not record:
            continue
        try:
            listings.append(_listing(record, market))
        except ValueError as error:
            rejected.append(Rejected(line=line, why=str(error)))
    if len(listings) <= len(rejected):
        raise MasterError(_sizes(market), _first_of(rejected))
    return Master(listings=tuple(listings), rejected=tuple(rejected))


def _listing(record: bytes, market: Market) -> Listing:
    """Raises ValueError, also as UnicodeDecodeError."""
    expected = HEAD_BYTES + TAIL_BYTES[market]
    if len(record) != expected:
        raise ValueError(f"expected {expected} bytes, found {len(record)}")
    code, name = _head(record)
    tail = record[-TAIL_BYTES[market] :].decode("latin-1")  # one character a byte, so that no field can shift another
    fields = {key: tail[place].strip() for key, place in _TAILS[market].items()}
    return Listing(
        code=code,
        isin=record[_ISIN].decode("latin-1").strip(),
        name=name,
        market=market,
        group=fields["scrt_grp_cls_code"],
        is_kospi100=fields.get("kospi100_issu_yn") == "Y",
        is_kosdaq150=fields.get("ksq150_nmix_yn") == "Y",
        is_preferred=fields["prst_cls_code"] != "0",  # 1 and 2 are documented, 9 occurs
        is_halted=fields["trht_yn"] == "Y",
        is_administrative=fields["mang_issu_yn"] == "Y",
        is_liquidation=fields["sltr_yn"] == "Y",
        alarm=fields["mrkt_alrm_cls_code"].zfill(2),
        ex_class=fields["flng_cls_code"].zfill(2),
        par_change_class=fields["fcam_mod_cls_code"].zfill(2),
        base_price_won=_number("base price", fields["stck_sdpr"]) or None,
        previous_volume_shares=_number("previous volume", fields["prdy_vol"]),
        listed_shares=_times(1000, _number("listed shares", fields["lstn_stcn"])),
        market_cap_won=_times(100_000_000, _number("market cap", fields["prdy_avls_scal"])),
    )


def _head(record: bytes) -> tuple[str, str]:
    code = record[_CODE].decode("latin-1").rstrip()
    if not CODE.fullmatch(code):
        raise ValueError(f"expected a code of digits and capitals, found {code!r}")
    try:
        name = record[_NAME].decode("cp949").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"{code}: expected a name in cp949, found byte {record[_NAME][error.start]:#04x}") from error
    if not name:
        raise ValueError(f"{code}: expected a name, found blanks")
    return code, name


def _number(what: str, text: str) -> int | None:
    if not text:
        return None
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{what}: expected digits, found {text!r}")
    return int(text)


def _times(unit: int, number: int | None) -> int | None:
    return number * unit if number else None


def _sizes(market: Market) -> str:
    others = ", ".join(f"{name} {HEAD_BYTES + size}" for name, size in TAIL_BYTES.items() if name != market)
    return f"{market} records of {HEAD_BYTES + TAIL_BYTES[market]} bytes ({others})"


def _first_of(rejected: list[Rejected]) -> str:
    if not rejected:
        return "no records"
    return f"{len(rejected)} lines that are not; line {rejected[0].line}: {rejected[0].why}"


def _unpacked(data: bytes) -> bytes:
    """`data`, out of its zip if it is one. Raises MasterError."""
    if len(data) > BYTES_MAX:
        raise MasterError(f"at most {BYTES_MAX:,} bytes", "more")
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return data
    try:
        return _member_of(data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise MasterError("a zip that can be unpacked", f"one that cannot: {error}") from error


def _member_of(data: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as packed:
        members = [info for info in packed.infolist() if info.filename.lower().endswith(".mst")]
        if len(members) != 1:
            raise MasterError("one .mst file in the zip", str(len(members)))
        with packed.open(members[0]) as member:
            content = member.read(BYTES_MAX + 1)  # a zip may claim any size
    if len(content) > BYTES_MAX:
        raise MasterError(f"at most {BYTES_MAX:,} bytes in the zip", "more")
    return content
