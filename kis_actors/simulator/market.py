"""The simulated exchange on one day: what each stock shows at any second, in whatever order it is asked."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.simulator.chance import Chance
from kis_actors.simulator.price_path import MarketMoves, price_path
from kis_actors.simulator.scenario import Scenario
from kis_actors.simulator.script import Pause, script_for
from kis_actors.simulator.session_clock import OPEN_S, OPENING_AUCTION_S
from kis_actors.simulator.stock_day import DailyBar, StockDay, stock_days
from kis_actors.simulator.tape import Book, Tape, Trade
from kis_actors.simulator.ticks import floor_to_tick, lower_limit_won, nearest_tick, upper_limit_won
from kis_actors.simulator.universe import Stock

OPENING_PRINT_S = (2, 25)
"""Seconds after 09:00:00 between which the stocks' opening prints come."""
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

    reference_won: the price that price_won's change is counted from.
    previous_close_won: the same as it was traded, so that it is another after a split.
    base_won: today's base price, which the limits are counted from.
    open_won, high_won, low_won: 0 before the day's first trade.
    """

    stock_day: StockDay
    hour_class: str
    price_won: int
    reference_won: int
    previous_close_won: int
    base_won: int
    open_won: int
    high_won: int
    low_won: int
    day_volume_shares: int
    day_turnover_won: int
    book: Book
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
        """The day's upper price limit."""
        return upper_limit_won(self.base_won)

    @property
    def lower_won(self) -> int:
        """The day's lower price limit."""
        return lower_limit_won(self.base_won)


class Market:
    """All listed stocks on one session's day."""

    def __init__(self, *, stocks: tuple[Stock, ...], seed: int, day: date, scenario: Scenario) -> None:
        self.day = day
        self.scenario = scenario
        self._chance = Chance(seed, day)
        splits = {action.split.code: action.split.ratio for action in scenario.corporate_actions}
        self.stock_days = stock_days(stocks, self._chance, scenario.start, splits)
        self._moves = {name: MarketMoves(self._chance, name) for name in sorted({stock.market for stock in stocks})}
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
        pause, trade = tape.script.pause_at(second), tape.at(second)
        expected = self._expected(tape, pause, second)
        if trade is None:
            return _before_first_trade(tape.stock_day, expected, is_halted=_is(pause, "H"))
        return _today(tape.stock_day, trade, pause, expected)

    def advance(self, second: int) -> None:
        """Makes every trade up to `second`, so that the next answers come at once."""
        for code in self.stock_days:
            self.tape(code).at(second)

    def _expected(self, tape: Tape, pause: Pause | None, second: int) -> Expected:
        """The nearer the end of the auction, the nearer to what it will match; nothing outside one."""
        if pause is None or pause.hour_class == "H":
            return Expected(0, 0)
        progress = (second - pause.from_s) / (pause.until_s - pause.from_s)
        rng = self._chance.source(tape.stock_day.code, "expected", second // EXPECTED_STEP_S)
        price_won = tape.price_at(pause.until_s) * (1 + EXPECTED_STRAY * (1 - progress) * rng.gauss(0, 1))
        within_won = min(max(nearest_tick(price_won), tape.stock_day.lower_won), tape.stock_day.upper_won)
        return Expected(within_won, max(1, int(tape.auction_shares(pause) * (0.1 + 0.9 * progress))))

    def _tape(self, stock_day: StockDay) -> Tape:
        opening_print_s = OPEN_S + self._chance.source(stock_day.code, "opening").randint(*OPENING_PRINT_S)
        script = script_for(stock_day.code, stock_day.character.sensitivity, opening_print_s, self.scenario)
        path = price_path(stock_day, script, self._moves[stock_day.stock.market], self._chance)
        return Tape(stock_day, script, path, self._chance, self.scenario.stream.trades_per_min)


def _yesterday(stock_day: StockDay) -> Quote:
    """Until the opening auction KIS goes on showing the previous session, with nothing to tell that it is over."""
    before, last = stock_day.raw_bars[-2:]
    return Quote(
        stock_day=stock_day,
        hour_class="0",
        price_won=last.close_won,
        reference_won=before.close_won,
        previous_close_won=before.close_won,
        base_won=before.close_won,
        open_won=last.open_won,
        high_won=last.high_won,
        low_won=last.low_won,
        day_volume_shares=last.volume_shares,
        day_turnover_won=last.turnover_won,
        book=Book(last.close_won, _step_below_won(last.close_won), 0, 0, 0, 0),
        previous=before,
    )


def _before_first_trade(stock_day: StockDay, expected: Expected, *, is_halted: bool) -> Quote:
    """In the opening auction volumes start again from zero, but price and change are still yesterday's."""
    shares = expected.volume_shares
    return replace(
        _yesterday(stock_day),
        hour_class="B",
        base_won=stock_day.base_won,
        open_won=0,
        high_won=0,
        low_won=0,
        day_volume_shares=0,
        day_turnover_won=0,
        book=_auction_book(expected, Book(0, 0, shares // 3, shares // 2, shares * 4, shares * 5)),
        previous=stock_day.bars[-1],
        is_halted=is_halted,
        expected=expected,
    )


def _today(stock_day: StockDay, trade: Trade, pause: Pause | None, expected: Expected) -> Quote:
    return Quote(
        stock_day=stock_day,
        hour_class=pause.hour_class if pause and pause.hour_class != "H" else "0",
        price_won=trade.price_won,
        reference_won=stock_day.base_won,
        previous_close_won=stock_day.raw_bars[-1].close_won,
        base_won=stock_day.base_won,
        open_won=trade.tally.open_won,
        high_won=trade.tally.high_won,
        low_won=trade.tally.low_won,
        day_volume_shares=trade.tally.volume_shares,
        day_turnover_won=trade.tally.turnover_won,
        book=_auction_book(expected, trade.book),
        previous=stock_day.bars[-1],
        is_halted=_is(pause, "H"),
        is_interrupted=_is(pause, "C"),
        expected=expected,
    )


def _auction_book(expected: Expected, book: Book) -> Book:
    """While an auction gathers orders the best ask is the expected price, as recorded."""
    if not expected.price_won:
        return book
    return book._replace(ask_won=expected.price_won, bid_won=_step_below_won(expected.price_won))


def _step_below_won(price_won: int) -> int:
    return floor_to_tick(price_won - 1)


def _is(pause: Pause | None, hour_class: str) -> bool:
    return pause is not None and pause.hour_class == hour_class
