"""Writes master files as KIS does, from a few words a stock; what is not said is blank or zero."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

KOSPI_FIELDS = {
    "group": (0, 2), "kospi100": (19, 20), "base_price": (41, 50), "halted": (60, 61), "liquidation": (61, 62),
    "administrative": (62, 63), "alarm": (63, 65), "ex": (68, 70), "par_change": (70, 72), "volume": (81, 93),
    "listed_shares": (113, 128), "preferred": (158, 159), "market_cap": (212, 221),
}  # fmt: skip
KOSDAQ_FIELDS = {
    "group": (0, 2), "kosdaq150": (35, 36), "base_price": (36, 45), "halted": (55, 56), "liquidation": (56, 57),
    "administrative": (57, 58), "alarm": (58, 60), "ex": (63, 65), "par_change": (65, 67), "volume": (76, 88),
    "listed_shares": (108, 123), "preferred": (153, 154), "market_cap": (206, 215),
}  # fmt: skip
USUAL = {"group": "ST", "preferred": "0", "halted": "N", "liquidation": "N", "administrative": "N", "alarm": "00"}


def kospi(code: str, name: str = "이름", **fields: object) -> bytes:
    """A KOSPI record of 288 bytes; `fields` are named as in KOSPI_FIELDS."""
    return _record(code, name, 227, KOSPI_FIELDS, fields)


def kosdaq(code: str, name: str = "이름", **fields: object) -> bytes:
    """A KOSDAQ record of 282 bytes; `fields` are named as in KOSDAQ_FIELDS."""
    return _record(code, name, 221, KOSDAQ_FIELDS, fields)


def file_of(*records: bytes) -> bytes:
    """A master file."""
    return b"".join(record + b"\n" for record in records)


def zipped(**members: bytes) -> bytes:
    """A zip; kospi_code__mst is the member kospi_code.mst."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def kospi100(size: int = 100, **fields: object) -> list[bytes]:
    """So many members: 100000, 100001 and on."""
    return [kospi(f"{100_000 + number}", f"코스피{number}", kospi100="Y", **fields) for number in range(size)]


def kosdaq150(size: int = 150, **fields: object) -> list[bytes]:
    """So many members: 200000, 200001 and on."""
    return [kosdaq(f"{200_000 + number}", f"코스닥{number}", kosdaq150="Y", **fields) for number in range(size)]


def real(name: str) -> bytes:
    """A file of real data, which may not be there."""
    if not (DATA / name).exists():
        pytest.skip(f"no {name} beside the project")
    return (DATA / name).read_bytes()


def _record(code: str, name: str, size: int, places: dict[str, tuple[int, int]], fields: dict[str, object]) -> bytes:
    tail = bytearray(b" " * size)
    for key, value in (USUAL | fields).items():
        start, end = places[key]
        tail[start:end] = str(value).rjust(end - start, "0" if isinstance(value, int) else " ").encode()
    isin = f"KR7{code[:6]}000".ljust(12)[:12]
    record = code.ljust(9).encode() + isin.encode() + name.encode("cp949").ljust(40) + bytes(tail)
    assert len(record) == 61 + size
    return record
