"""What scans and daily bars say of the watched codes: all that ranking them needs."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.kis.rest import Quote
from kis_actors.market.universe import Stock
from kis_actors.policies.nearness import Candidate, Known, candidate_of, point_of
from kis_actors.policies.vintage import vintage_of
from kis_actors.settings import Monitor
from kis_actors.signals.engine import window_s_of
from kis_actors.signals.tape import Point

POINTS_MAX = 250
"""More than any window has scans."""


class Prices(Struct, frozen=True, kw_only=True):
    """markets: of the watched codes, in order. closes_won: per code, for baseline_day; empty if it has no average.

    levels_won: high and low of the day before. points: the scans of the day so far, as far back as rules look.
    """

    markets: dict[str, str] = {}
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    levels_won: dict[str, tuple[int, int]] = {}
    quotes: dict[str, Quote] = {}
    points: dict[str, tuple[Point, ...]] = {}

    @property
    def codes(self) -> tuple[str, ...]:
        """The watched ones."""
        return tuple(self.markets)

    def watching(self, stocks: tuple[Stock, ...]) -> "Prices":
        """A code that left the universe is no candidate any more."""
        markets = {stock.code: str(stock.market) for stock in stocks}
        closes_won = {code: closes for code, closes in self.closes_won.items() if code in markets}
        quotes = {code: quote for code, quote in self.quotes.items() if code in markets}
        return replace(self, markets=markets, closes_won=closes_won, quotes=quotes)

    def with_closes(
        self, code: str, day: date, closes_won: tuple[int, ...], levels_won: tuple[int, int] = (0, 0)
    ) -> "Prices":
        """With the closes of `code` for `day`; those of another day are forgotten."""
        is_same = day == self.baseline_day
        closes, levels = (self.closes_won, self.levels_won) if is_same else ({}, {})
        return replace(
            self, baseline_day=day, closes_won={**closes, code: closes_won}, levels_won={**levels, code: levels_won}
        )  # fmt: skip

    def with_quotes(self, quotes: Mapping[str, Quote], now: datetime | None, monitor: Monitor) -> "Prices":
        """With these newer quotes, as far as their codes are watched."""
        watched = {code: quote for code, quote in quotes.items() if code in self.markets}
        at_s, window_s = int(now.timestamp()) if now else 0, window_s_of(monitor.rule_book())
        points = {code: self._with_point(code, point_of(quote, at_s), window_s) for code, quote in watched.items()}
        return replace(self, quotes={**self.quotes, **watched}, points={**self.points, **points})

    def without_quotes(self) -> "Prices":
        """The session is over: no price is news any more."""
        return replace(self, quotes={}, points={})

    def are_complete(self) -> bool:
        """Not before every code has its average or is known to have none: the first choice would be among a few."""
        return bool(self.quotes) and len(self.closes_won) >= len(self.markets)

    def are_all_quoted(self) -> bool:
        """Whether every code has a quote."""
        return len(self.quotes) >= len(self.markets)

    def candidates(self, monitor: Monitor) -> tuple[Candidate, ...]:
        """The codes that a signal may come from; not by quotes of the day before."""
        rules = monitor.rule_book()
        known = ((quote, self._known(code)) for code, quote in self.quotes.items())
        todays = ((quote, of) for quote, of in known if vintage_of(quote, of.closes_won) != "outdated")
        found = (candidate_of(quote, of, monitor, rules, monitor.groups) for quote, of in todays)
        return tuple(candidate for candidate in found if candidate)

    def _known(self, code: str) -> Known:
        return Known(
            self.markets[code], self.closes_won.get(code, ()), self.levels_won.get(code, (0, 0)),
            self.points.get(code, ()),
        )  # fmt: skip

    def _with_point(self, code: str, point: Point, window_s: int) -> tuple[Point, ...]:
        recent = [one for one in self.points.get(code, ()) if point.at_s - one.at_s <= window_s + POINT_SPARE_S]
        return (*recent, point)[-POINTS_MAX:]


POINT_SPARE_S = 120
"""A window that begins between two scans is measured from the one before."""
