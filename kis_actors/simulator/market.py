"""The simulated exchange on one day: what each stock shows at any second, the same for the same seed, in any order asked."""

from datetime import date
from random import Random

from msgspec import Struct

from kis_actors.simulator.price_path import MarketMoves, price_path
from kis_actors.simulator.scenario import Scenario
from kis_actors.simulator.script import Pause, script_for
from kis_actors.simulator.session_clock import OPEN_S, OPENING_AUCTION_S
from kis_actors.simulator.stock_day import DailyBar, StockDay, stock_days
from kis_actors.simulator.tape import Tape, Trade
from kis_actors.simulator.ticks import floor_to_tick, lower_limit_won, nearest_tick, upper_limit_won
from kis_actors.simulator.universe import Stock

EXPECTED_STEP_S = 5
"""An expected price holds for so many seconds."""
EXPECTED_STRAY = 0.004
"""Ratio; how far the expected price strays at the start of an auction from where it ends."""


class Expected(Struct, frozen=True):
    """What a call auction would match now."""

    price_won: int
    volume_shares: int


class Quote(Struct, frozen=True, kw_only=True):
    """Everything KIS would say about one stock at one second.

    reference_won: the close that price_won's change is counted from.
    base_won: today's base price, which the limits are counted from.
    open_won, high_won, low_won: 0 before the day's first trade.
    """

    stock_day: StockDay
    hour_class: str
    price_won: int
    reference_won: int
    base_won: int
    open_won: int
    high_won: int
    low_won: int
    day_volume_shares: int
    day_turnover_won: int
    ask_won: int
    bid_won: int
    ask_size: int
    bid_size: int
    ask_total: int
    bid_total: int
    previous: DailyBar
    is_halted: bool = False
    is_interrupted: bool = False
    expected: Expected = Expected(0, 0)

    @property
    def is_today(self) -> bool:
        """False while KIS still shows the previous session."""
        return self.previous is self.stock_day.bars[-1]

    @property
    def upper_won(self) -> int:
        return upper_limit_won(self.base_won)

    @property
    def lower_won(self) -> int:
        return lower_limit_won(self.base_won)


class Market:
    """All listed stocks on one session's day."""

    def __init__(self, *, stocks: tuple[Stock, ...], seed: int, day: date, scenario: Scenario) -> None:
        self.day = day
        self.seed = seed
        self.stock_days = stock_days(stocks, seed, day, scenario.start)
        self._scenario = scenario
        self._moves = {name: MarketMoves(seed, day, name) for name in sorted({stock.market for stock in stocks})}
        self._tapes: dict[str, Tape] = {}

    def tape(self, code: str) -> Tape:
        """The trades of `code`, which must be listed."""
        if code not in self._tapes:
            self._tapes[code] = self._tape(self.stock_days[code])
        return self._tapes[code]

    def quote(self, code: str, second: int) -> Quote:
        """What `code`, which must be listed, shows at `second` of the day."""
        if second < OPENING_AUCTION_S:
            return _yesterday(self.stock_days[code])
        tape = self.tape(code)
        pause = tape.script.pause_at(second)
        trade = tape.at(second)
        expected = self.expected(code, pause, second)
        return _before_first_trade(tape.stock_day, expected) if trade is None else _today(tape.stock_day, trade, pause, expected)

    def expected(self, code: str, pause: Pause | None, second: int) -> Expected:
        """What the auction in `pause` would match at `second`; nothing outside one."""
        if pause is None or pause.hour_class == "H":
            return Expected(0, 0)
        tape = self.tape(code)
        progress = (second - pause.from_s) / (pause.until_s - pause.from_s)
        rng = Random(f"{self.seed}/{self.day}/{code}/expected/{second // EXPECTED_STEP_S}")
        price_won = tape.price_at(pause.until_s) * (1 + EXPECTED_STRAY * (1 - progress) * rng.gauss(0, 1))
        within_won = min(max(nearest_tick(price_won), tape.stock_day.lower_won), tape.stock_day.upper_won)
        return Expected(within_won, max(1, int(tape.auction_shares(pause) * (0.1 + 0.9 * progress))))

    def advance(self, second: int) -> None:
        """Makes every trade up to `second`, so that the next answers come at once."""
        for code in self.stock_days:
            self.tape(code).at(second)

    def _tape(self, stock_day: StockDay) -> Tape:
        rng = Random(f"{self.seed}/{self.day}/{stock_day.code}/opening")
        opening_print_s = OPEN_S + rng.randint(2, 25)
        script = script_for(stock_day.code, stock_day.character.sensitivity, opening_print_s, self._scenario)
        path = price_path(stock_day, script, self._moves[stock_day.stock.market], self.seed, self.day)
        return Tape(stock_day, script, path, self.seed, self.day)


def _yesterday(stock_day: StockDay) -> Quote:
    """Until the opening auction KIS goes on showing the previous session, with nothing to tell that it is over."""
    before, last = stock_day.bars[-2], stock_day.bars[-1]
    bid_won = floor_to_tick(last.close_won - 1)
    return Quote(
        stock_day=stock_day, hour_class="0", price_won=last.close_won, reference_won=before.close_won, base_won=before.close_won,
        open_won=last.open_won, high_won=last.high_won, low_won=last.low_won,
        day_volume_shares=last.volume_shares, day_turnover_won=last.turnover_won,
        ask_won=last.close_won, bid_won=bid_won, ask_size=0, bid_size=0, ask_total=0, bid_total=0, previous=before,
    )  # fmt: skip


def _before_first_trade(stock_day: StockDay, expected: Expected) -> Quote:
    """In the opening auction volumes start again from zero, but price and change are still yesterday's."""
    yesterday = _yesterday(stock_day)
    last = stock_day.bars[-1]
    return Quote(
        stock_day=stock_day, hour_class="B", price_won=yesterday.price_won, reference_won=yesterday.reference_won,
        base_won=last.close_won, open_won=0, high_won=0, low_won=0, day_volume_shares=0, day_turnover_won=0,
        ask_won=expected.price_won, bid_won=floor_to_tick(expected.price_won - 1),
        ask_size=expected.volume_shares // 3, bid_size=expected.volume_shares // 2,
        ask_total=expected.volume_shares * 4, bid_total=expected.volume_shares * 5, previous=last, expected=expected,
    )  # fmt: skip


def _today(stock_day: StockDay, trade: Trade, pause: Pause | None, expected: Expected) -> Quote:
    hour_class = pause.hour_class if pause else "0"
    return Quote(
        stock_day=stock_day, hour_class="0" if hour_class == "H" else hour_class, price_won=trade.price_won,
        reference_won=stock_day.base_won, base_won=stock_day.base_won,
        open_won=trade.open_won, high_won=trade.high_won, low_won=trade.low_won,
        day_volume_shares=trade.day_volume_shares, day_turnover_won=trade.day_turnover_won,
        ask_won=expected.price_won or trade.ask_won,
        bid_won=floor_to_tick(expected.price_won - 1) if expected.price_won else trade.bid_won, ask_size=trade.ask_size, bid_size=trade.bid_size,
        ask_total=trade.ask_total, bid_total=trade.bid_total, previous=stock_day.bars[-1],
        is_halted=hour_class == "H", is_interrupted=hour_class == "C", expected=expected,
    )  # fmt: skip
