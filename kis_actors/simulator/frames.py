"""The data frames of the WebSocket as KIS writes them: enc|TR|count|fields joined by ^.

The field orders are those since 2026-09-14: trades have 47 fields, order books 63, or 66 with NXT's mid-price book.
"""

from collections.abc import Sequence
from datetime import date
from random import Random

from kis_actors.simulator.day_shape import volume_share_by
from kis_actors.simulator.market import Quote
from kis_actors.simulator.session_clock import CLOSE_S, hhmmss
from kis_actors.simulator.stock_day import StockDay
from kis_actors.simulator.tape import Trade
from kis_actors.simulator.text import percent, rounded_up_ratio, sign, sign_within_limits, two_decimals
from kis_actors.simulator.ticks import floor_to_tick, tick_won

RECORDS_MAX = 20
"""The most records that a recorded frame was seen to hold."""
LEVELS = 10
REGULAR_MARKET = "2"
MID_PRICE_BOOKS = {"H0STASP0": 1, "H0UNASP0": 2, "H0NXASP0": 2}
EXCHANGES = {"H0STMKO0": ("1",), "H0UNMKO0": (), "H0NXMKO0": ("2",)}
"""EXCH_CLS_CODE, the last field of a market status; all recorded frames of the unified feed lack it."""


def trade_frames(
    feed: str, stock_day: StockDay, day: date, trades: Sequence[Trade], records_max: int = RECORDS_MAX
) -> list[str]:
    """Frames of at most `records_max` records each that carry all `trades` of one stock."""
    chunks = [trades[start : start + records_max] for start in range(0, len(trades), records_max)]
    return [_frame(feed, [trade_record(stock_day, day, trade) for trade in chunk]) for chunk in chunks]


def trade_record(stock_day: StockDay, day: date, trade: Trade) -> str:
    """The 47 fields of one trade."""
    tally, book = trade.tally, trade.book
    change_won, previous_shares = trade.price_won - stock_day.base_won, stock_day.bars[-1].volume_shares
    same_hour_shares = max(1, int(previous_shares * volume_share_by(trade.second)))
    fields = (
        stock_day.code,
        hhmmss(trade.second),
        trade.price_won,
        _sign(stock_day, trade.price_won),
        change_won,
        percent(change_won, stock_day.base_won),
        two_decimals(tally.turnover_won, tally.volume_shares),
        tally.open_won,
        tally.high_won,
        tally.low_won,
        book.ask_won,
        book.bid_won,
        trade.volume_shares,
        tally.volume_shares,
        tally.turnover_won,
        tally.sells,
        tally.buys,
        tally.buys - tally.sells,
        percent(tally.bought_shares, tally.sold_shares),
        tally.sold_shares,
        tally.bought_shares,
        trade.side,
        rounded_up_ratio(tally.bought_shares, tally.volume_shares),
        percent(tally.volume_shares, previous_shares),
        *_against(tally.open_won, tally.open_s, trade.price_won),
        *_against(tally.high_won, tally.high_s, trade.price_won),
        *_against(tally.low_won, tally.low_s, trade.price_won),
        f"{day:%Y%m%d}",
        # In session; the closing auction's print is coded apart, which filters on "20" drop.
        "21" if trade.second >= CLOSE_S else "20",
        "N",
        book.ask_size,
        book.bid_size,
        book.ask_total,
        book.bid_total,
        percent(tally.volume_shares, stock_day.character.listed_shares),
        same_hour_shares,
        percent(tally.volume_shares, same_hour_shares),
        "0",
        "",
        trade.vi_base_won,
        REGULAR_MARKET,
    )
    return "^".join(map(str, fields))


def _sign(stock_day: StockDay, price_won: int) -> str:
    lower_won, upper_won = stock_day.lower_won, stock_day.upper_won
    return sign_within_limits(price_won, stock_day.base_won, lower_won=lower_won, upper_won=upper_won)


def book_frame(feed: str, quote: Quote, second: int) -> str:
    """One order book; in a call auction with the expected match and three levels a side, as recorded."""
    base_won = quote.stock_day.base_won
    levels = LEVELS if quote.hour_class == "0" else 3
    rng = Random(f"{quote.stock_day.code}/{second}")
    asks = _levels_won(quote.book.ask_won, levels, up=True)
    bids = _levels_won(quote.book.bid_won, levels, up=False)
    expected_change_won = quote.expected.price_won - base_won
    fields = (
        quote.stock_day.code,
        hhmmss(second),
        quote.hour_class,
        *asks,
        *bids,
        *_sizes(quote.book.ask_size, quote.book.ask_total, levels, rng),
        *_sizes(quote.book.bid_size, quote.book.bid_total, levels, rng),
        quote.book.ask_total,
        quote.book.bid_total,
        *(0, 0),
        # In continuous trading there is no expected price, and KIS computes its change from 0: -100 %.
        quote.expected.price_won,
        quote.expected.volume_shares,
        quote.expected.volume_shares,
        expected_change_won,
        sign(expected_change_won),
        percent(expected_change_won, base_won),
        quote.day_volume_shares,
        *(0, 0, 0, 0, 0),
        *(0, 0, 0) * MID_PRICE_BOOKS[feed],
        REGULAR_MARKET,
    )
    return _frame(feed, ["^".join(map(str, fields))])


def operation_frame(feed: str, code: str, hour_class: str, *, is_on: bool) -> str:
    """A halt (H) or a volatility interruption (C) that begins or ends; code first, as recorded."""
    halted, interrupted = ("Y" if is_on and hour_class == kind else "N" for kind in ("H", "C"))
    status, expected_phase = ("58" if halted == "Y" else "55"), ("311" if is_on else "112")
    fields = (code, halted, "(null)", "AB1", expected_phase, "", "", status, interrupted, "", *EXCHANGES[feed])
    return _frame(feed, ["^".join(fields)])


def _frame(feed: str, records: list[str]) -> str:
    return f"0|{feed}|{len(records):03d}|{'^'.join(records)}"


def _against(level_won: int, level_s: int, price_won: int) -> tuple[str, str, int]:
    """When a price of the day was made, and where the last price stands against it."""
    return hhmmss(level_s), sign(price_won - level_won), price_won - level_won


def _levels_won(best_won: int, levels: int, *, up: bool) -> list[int]:
    prices = [best_won]
    for _ in range(levels - 1):
        prices.append(prices[-1] + tick_won(prices[-1]) if up else floor_to_tick(prices[-1] - 1))
    return prices + [0] * (LEVELS - levels)


def _sizes(best: int, total: int, levels: int, rng: Random) -> list[int]:
    """Sizes of all levels that add up to `total`."""
    rest = max(0, total - best)
    weights = [rng.uniform(0.5, 1.5) for _ in range(levels - 1)]
    sizes = [best, *(int(rest * weight / sum(weights)) for weight in weights)]
    sizes[-1] += total - sum(sizes)
    return sizes + [0] * (LEVELS - levels)
