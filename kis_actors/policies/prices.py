"""What scans and daily bars say of the watched codes: all that ranking them needs."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.kis.rest import Quote
from kis_actors.market.universe import Stock
from kis_actors.policies.nearness import Candidate, Known, candidate_of, extremes_of, point_of, unranked
from kis_actors.policies.vintage import vintage_of
from kis_actors.settings import Monitor
from kis_actors.signals.engine import window_s_of
from kis_actors.signals.tape import Point

POINTS_MAX = 250
"""More than any window has scans."""


class Prices(Struct, frozen=True, kw_only=True):
    """markets: of the watched codes, in order. closes_won: per code, for baseline_day; empty if it has no average.

    levels_won: high and low of the day before. points: the scans of the session so far, as far back as rules look.
    extremes_won: the day's high and low before the latest quote. opened_at: when the session began, if it is open.
    is_over: it is, and none has begun since.
    """

    markets: dict[str, str] = {}
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    levels_won: dict[str, tuple[int, int]] = {}
    quotes: dict[str, Quote] = {}
    points: dict[str, tuple[Point, ...]] = {}
    extremes_won: dict[str, tuple[int, int]] = {}
    opened_at: datetime | None = None
    is_over: bool = False

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
        """With these newer quotes, as far as their codes are watched; closing prices are no news."""
        if self.is_over:
            return self
        watched = {code: quote for code, quote in quotes.items() if code in self.markets}
        at_s, window_s = int(now.timestamp()) if now else 0, window_s_of(monitor.rule_book())
        points = {code: self._with_point(code, point_of(quote, at_s), window_s) for code, quote in watched.items()}
        extremes_won = {code: self._extremes_so_far(code) for code in watched}
        return replace(
            self, quotes={**self.quotes, **watched}, points={**self.points, **points},
            extremes_won={**self.extremes_won, **extremes_won},
        )  # fmt: skip

    def opened(self, at: datetime) -> "Prices":
        """A session begins: no window reaches back beyond it."""
        return replace(self, points={}, extremes_won={}, opened_at=at, is_over=False)

    def without_quotes(self) -> "Prices":
        """The session is over: no price is news any more."""
        return replace(self, quotes={}, points={}, extremes_won={}, opened_at=None, is_over=True)

    def are_complete(self) -> bool:
        """Not before every code has its average or is known to have none: the first choice would be among a few."""
        return bool(self.quotes) and len(self.closes_won) >= len(self.markets)

    def are_all_quoted(self) -> bool:
        """Whether every code has a quote."""
        return len(self.quotes) >= len(self.markets)

    def candidates(self, monitor: Monitor, pinned: tuple[str, ...] = ()) -> tuple[Candidate, ...]:
        """The codes that a signal may come from, and the pinned ones; not by quotes of the day before."""
        rules = monitor.rule_book()
        known = ((quote, self._known(code)) for code, quote in self.quotes.items())
        todays = ((quote, of) for quote, of in known if vintage_of(quote, of.closes_won) != "outdated")
        found = ((quote, candidate_of(quote, of, monitor, rules, monitor.groups)) for quote, of in todays)
        return tuple(
            candidate or unranked(quote) for quote, candidate in found if candidate or quote.code in pinned
        )

    def _known(self, code: str) -> Known:
        return Known(
            self.markets[code], self.closes_won.get(code, ()), self.levels_won.get(code, (0, 0)),
            self.points.get(code, ()), self.extremes_won.get(code, (0, 0)), self.opened_at,
        )  # fmt: skip

    def _extremes_so_far(self, code: str) -> tuple[int, int]:
        """Before the next quote; (0, 0) if that is the first of the session."""
        return extremes_of(self.quotes[code]) if code in self.points and code in self.quotes else (0, 0)

    def _with_point(self, code: str, point: Point, window_s: int) -> tuple[Point, ...]:
        """A window that begins between two scans is measured from the one before, however long ago that was."""
        points = (*self.points.get(code, ()), point)
        outdated = sum(point.at_s - one.at_s >= window_s for one in points)
        return points[max(outdated - 1, 0) :][-POINTS_MAX:]
