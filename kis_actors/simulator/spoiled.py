"""Frames as they should not be: of another width, cut, miscounted, or nothing like a frame."""

from itertools import cycle, islice

from kis_actors.simulator.frames import trade_frames
from kis_actors.simulator.market import Market

JUNK_STEP_S = 5
"""While junk is sent, a piece comes at every full so many seconds of the day."""
OVERSIZED = "0|H0STCNT0|001|" + "9" * 2 * 1024 * 1024
_NEW_COLUMNS = ("1", "", "N", "0")
"""What fields that KIS might add one day could hold."""


def with_columns(frame: str, columns: int) -> str:
    """The same records with so many fields each: cut at the end, or with new ones there."""
    encrypted, feed, count, payload = frame.split("|", 3)
    fields = payload.split("^")
    width = len(fields) // int(count)
    records = [_resized(fields[start : start + width], columns) for start in range(0, len(fields), width)]
    return "|".join((encrypted, feed, count, "^".join("^".join(record) for record in records)))


def _resized(record: list[str], columns: int) -> list[str]:
    return [*record[:columns], *islice(cycle(_NEW_COLUMNS), max(0, columns - len(record)))]


def junk_between(market: Market, code: str, after_s: int, until_s: int) -> list[tuple[int, str | bytes]]:
    """The junk of a span of the day, each piece with its second; bytes are no valid text."""
    steps = range(after_s // JUNK_STEP_S + 1, until_s // JUNK_STEP_S + 1)
    return [(step * JUNK_STEP_S, _junk(market, code, step)) for step in steps]


def _junk(market: Market, code: str, step: int) -> str | bytes:
    """Every kind in its turn."""
    frame = _some_frame(market, code, step * JUNK_STEP_S)
    kinds = (
        "maintenance notice",
        frame[: len(frame) // 2],
        frame.encode().replace(b"^", b"\xff\xfe", 1),
        frame.replace("H0STCNT0", "H0XXXXX0"),
        frame.replace("|001|", "|002|"),
    )
    return kinds[step % len(kinds)]


def _some_frame(market: Market, code: str, second: int) -> str:
    """The last trade of `code` as one record; before the first, a record with no more than a code."""
    trade = market.tape(code).at(second)
    if trade is None:
        return f"0|H0STCNT0|001|{code}^"
    return trade_frames("H0STCNT0", market.stock_days[code], market.day, [trade])[0]
