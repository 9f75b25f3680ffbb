"""Reads the watched codes out of a universe CSV's text.

Must not know where the text lies: whoever opens the file names it when it reports a `UniverseError`.
"""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Literal, get_args

from msgspec import Struct

Market = Literal["KOSPI", "KOSDAQ"]

HEADER = ("code", "name", "market")
FLAGS = "flags"
"""The column that says what is unusual about a stock: no word, or several joined by |."""
ROWS_MAX = 2000
"""Far above the 250 watched codes: more rows mean that the wrong file was given."""

ERRORS_MAX = 20

_CODE = re.compile(r"[0-9A-Z]{6}")


class Stock(Struct, frozen=True, omit_defaults=True):
    """One watched stock; `code` keeps its zeros and letters (000660, 0126Z0).

    flags: what is unusual about it, as of the day the file was written: halted, administrative, liquidation, alarm,
    ex (rights, dividend or distribution), par_change (a split or a reverse split). None also if the file has no such
    column; other words are kept as they are.
    """

    code: str
    name: str
    market: Market
    flags: tuple[str, ...] = ()


class UniverseError(Exception):
    """The text is no universe. Says the line (from 1), what was expected there and what came."""

    def __init__(self, line: int, expected: str, came: str) -> None:
        super().__init__(f"line {line}: expected {expected}, found {came}")
        self.line = line
        self.expected = expected
        self.came = came
        self.others: tuple[UniverseError, ...] = ()


def read_universe(text: str) -> tuple[Stock, ...]:
    """The stocks in the file's order, with the flags of the column `flags`; other columns are ignored.

    Raises `UniverseError` at the first bad line, with the other bad lines in `others`.
    """
    stocks: dict[str, Stock] = {}
    errors: list[UniverseError] = []
    for line, row, flags in _rows_with_flags(text):
        try:
            _add(stocks, line, _stock(line, row, flags))
        except UniverseError as error:
            errors.append(error)
        if len(stocks) > ROWS_MAX or len(errors) > ERRORS_MAX:
            errors.append(UniverseError(line, f"at most {ROWS_MAX} stocks", "one more"))
            break
    if errors:
        errors[0].others = tuple(errors[1:ERRORS_MAX])
        raise errors[0]
    if not stocks:
        raise UniverseError(2, "at least one stock", "no rows")
    return tuple(stocks.values())


def _rows_with_flags(text: str) -> Iterator[tuple[int, list[str], tuple[str, ...]]]:
    rows = _rows(text)
    line, header = next(rows, (1, []))
    _check_header(line, header)
    for line, row in rows:
        yield line, row, flags_in(dict(zip(header, row, strict=False)).get(FLAGS, ""))


def _add(stocks: dict[str, Stock], line: int, stock: Stock) -> None:
    if stock.code in stocks:
        raise UniverseError(line, "each code once", f"{stock.code} again")
    stocks[stock.code] = stock


def flags_in(cell: str) -> tuple[str, ...]:
    """The words in a cell of the column `flags`."""
    return tuple(word for word in cell.strip().split("|") if word)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the lines they end on."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise UniverseError(reader.line_num, "comma-separated text", str(error)) from error


def _check_header(line: int, row: list[str]) -> None:
    if tuple(row[:3]) != HEADER:
        raise UniverseError(line, f"a header that begins {','.join(HEADER)}", _shown(",".join(row)))


def _stock(line: int, row: list[str], flags: tuple[str, ...]) -> Stock:
    if len(row) < len(HEADER):
        raise UniverseError(line, "code, name and market", _shown(",".join(row)))
    code, name, market = row[:3]
    if not _CODE.fullmatch(code):
        raise UniverseError(line, "six digits or capitals such as 000660", _shown(code) + _lost_zeros(code))
    if not name:
        raise UniverseError(line, f"a name for {code}", "none")
    return Stock(code=code, name=name, market=_market(line, market), flags=flags)


def _market(line: int, text: str) -> Market:
    for market in get_args(Market):
        if text == market:
            return market  # type: ignore[no-any-return]  # get_args forgets what it took apart
    raise UniverseError(line, "KOSPI or KOSDAQ", _shown(text))


def _lost_zeros(code: str) -> str:
    """Spreadsheets take 005930 for a number and write 5930 back."""
    return f" (a spreadsheet may have cut it from {code.zfill(6)})" if re.fullmatch(r"[0-9]{1,5}", code) else ""


def _shown(text: str) -> str:
    return repr(text[:40]) if text else "nothing"
