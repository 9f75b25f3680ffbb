"""What scans and daily bars say of the watched codes: all that ranking them needs."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.kis.rest import Quote
from kis_actors.market.universe import Stock
from kis_actors.rules.nearness import Candidate, candidate_of
from kis_actors.rules.vintage import vintage_of
from kis_actors.settings import Signal


class Prices(Struct, frozen=True, kw_only=True):
    """codes: the watched ones. closes_won: per code, for baseline_day; empty if it has no average."""

    codes: tuple[str, ...] = ()
    baseline_day: date | None = None
    closes_won: dict[str, tuple[int, ...]] = {}
    quotes: dict[str, Quote] = {}

    def watching(self, stocks: tuple[Stock, ...]) -> "Prices":
        """A code that left the universe is no candidate any more."""
        codes = tuple(stock.code for stock in stocks)
        closes_won = {code: closes for code, closes in self.closes_won.items() if code in codes}
        quotes = {code: quote for code, quote in self.quotes.items() if code in codes}
        return replace(self, codes=codes, closes_won=closes_won, quotes=quotes)

    def with_closes(self, code: str, day: date, closes_won: tuple[int, ...]) -> "Prices":
        """With the closes of `code` for `day`; those of another day are forgotten."""
        others = self.closes_won if day == self.baseline_day else {}
        return replace(self, baseline_day=day, closes_won={**others, code: closes_won})

    def with_quotes(self, quotes: dict[str, Quote]) -> "Prices":
        """With these newer quotes, as far as their codes are watched."""
        watched = {code: quote for code, quote in quotes.items() if code in self.codes}
        return replace(self, quotes={**self.quotes, **watched})

    def without_quotes(self) -> "Prices":
        """The session is over: no price is news any more."""
        return replace(self, quotes={})

    def are_complete(self) -> bool:
        """Not before every code has its average or is known to have none: the first choice would be among a few."""
        return bool(self.quotes) and len(self.closes_won) >= len(self.codes)

    def are_all_quoted(self) -> bool:
        """Whether every code has a quote."""
        return len(self.quotes) >= len(self.codes)

    def candidates(self, signal: Signal) -> tuple[Candidate, ...]:
        """The codes that a signal may come from; not by quotes of the day before."""
        known = ((quote, self.closes_won.get(code, ())) for code, quote in self.quotes.items())
        todays = ((quote, closes_won) for quote, closes_won in known if vintage_of(quote, closes_won) != "outdated")
        found = (candidate_of(quote, closes_won, signal) for quote, closes_won in todays)
        return tuple(candidate for candidate in found if candidate)
