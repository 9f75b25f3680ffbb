"""Reads the stocks that the simulated exchange lists, each with the price its synthetic history ends at."""

import csv
from pathlib import Path
from typing import Literal

import msgspec

UNKNOWN_PRICE_WON = "50000"
Market = Literal["KOSPI", "KOSDAQ"]


class Stock(msgspec.Struct, frozen=True):
    """One listed stock. reference_price_won: the close of the session before the simulated one."""

    code: str
    name: str
    market: Market
    reference_price_won: int


class UniverseUnusable(ValueError):
    """The universe file lacks a column or holds a value that is no stock; the message says which line."""


def read_universe(path: Path) -> tuple[Stock, ...]:
    """The stocks in the file's order. Raises `UniverseUnusable`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            stocks = tuple(_stock(path, line, row) for line, row in enumerate(csv.DictReader(file), start=2))
    except OSError as error:
        what = f"{path}: expected a universe here, found none: {error.strerror}"
        raise UniverseUnusable(f"{what}; name one in universe.file") from error
    if not stocks:
        raise UniverseUnusable(f"{path}: expected at least one stock, found none; write a line for each")
    return stocks


def _stock(path: Path, line: int, row: dict[str, str]) -> Stock:
    """A file that `universe update` wrote names the price otherwise, and may not have one."""
    price = row.get("reference_price_won") or row.get("base_price_won") or UNKNOWN_PRICE_WON
    try:
        return msgspec.convert({**row, "reference_price_won": price}, Stock, strict=False)
    except msgspec.ValidationError as error:
        columns = ",".join(Stock.__struct_fields__)
        found = ",".join(map(str, row.values()))
        what = f"{path}:{line}: expected {columns}, found {found} ({error})"
        raise UniverseUnusable(f"{what}; write it like 005930,삼성전자,KOSPI,71900") from error
