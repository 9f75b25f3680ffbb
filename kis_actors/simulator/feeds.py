"""Every real-time feed the simulator knows, as one table: what a registration of it is sent for a span of the day."""

from collections.abc import Callable

from kis_actors.simulator.frames import book_frame, operation_frame, trade_frames
from kis_actors.simulator.market import EXPECTED_STEP_S, Market
from kis_actors.simulator.venues import is_on_nxt

Stamped = tuple[int, str]
"""A frame with the second of the day it belongs to, so that frames of several codes can be put in order."""


def _trades(market: Market, feed: str, code: str, after_s: int, until_s: int) -> list[Stamped]:
    trades = market.tape(code).between(after_s, until_s)
    records_max = market.scenario.stream.trades_per_frame
    frames = trade_frames(feed, market.stock_days[code], market.day, trades, records_max)
    return [(trades[-1].second, frame) for frame in frames]


def _books(market: Market, feed: str, code: str, after_s: int, until_s: int) -> list[Stamped]:
    """One book where trades moved it, and every few seconds while an auction gathers orders."""
    tape = market.tape(code)
    pause = tape.script.pause_at(until_s)
    gathers = pause and pause.hour_class != "H" and until_s // EXPECTED_STEP_S > after_s // EXPECTED_STEP_S
    if not gathers and not tape.between(after_s, until_s):
        return []
    return [(until_s, book_frame(feed, market.quote(code, until_s), until_s))]


def _operations(market: Market, feed: str, code: str, after_s: int, until_s: int) -> list[Stamped]:
    """Halts and volatility interruptions, as they begin and end."""
    pauses = [pause for pause in market.tape(code).script.pauses if pause.hour_class in ("C", "H")]
    begins = [(pause.from_s, operation_frame(feed, code, pause.hour_class, is_on=True)) for pause in pauses]
    ends = [(pause.until_s, operation_frame(feed, code, pause.hour_class, is_on=False)) for pause in pauses]
    return [stamped for stamped in begins + ends if after_s < stamped[0] <= until_s]


Reading = Callable[[Market, str, str, int, int], list[Stamped]]


def _only_on_nxt(reading: Reading) -> Reading:
    """Nothing for a code that NXT does not trade. There is no second book: those it does trade as they do on KRX."""

    def read(market: Market, feed: str, code: str, after_s: int, until_s: int) -> list[Stamped]:
        return reading(market, feed, code, after_s, until_s) if is_on_nxt(code) else []

    return read


FEEDS: dict[str, Reading] = {
    "H0STCNT0": _trades,
    "H0UNCNT0": _only_on_nxt(_trades),
    "H0NXCNT0": _only_on_nxt(_trades),
    "H0STASP0": _books,
    "H0UNASP0": _only_on_nxt(_books),
    "H0NXASP0": _only_on_nxt(_books),
    "H0STMKO0": _operations,
    "H0UNMKO0": _only_on_nxt(_operations),
    "H0NXMKO0": _only_on_nxt(_operations),
}
TRADE_FEEDS = ("H0STCNT0", "H0UNCNT0", "H0NXCNT0")
PAPER_FEEDS = ("H0STCNT0", "H0STASP0")
