"""The daily closes behind the averages: which codes have them today, and which are still to be asked for.

Knows no event: what follows from it is said by ScanActor.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.kis.rest import Quote
from kis_actors.market.baseline import rebased

AT_ONCE = 2
"""Few, so that a scan never waits behind 250 calls for daily bars."""
TRIES_MAX = 3
RETRY_S, RETRY_S_MAX = 600.0, 3600.0
"""After KIS did not answer: the first wait, and the longest, each twice the one before."""


class Averages(Struct, frozen=True):
    """closes_won: per code, today's completed closes; empty if there is no average.

    asked: codes whose bars were asked for. tries: answers so far, by code. unanswered: codes that have none because KIS
    did not answer; retry_at: when they are asked for again, after retry_s.
    """

    closes_won: dict[str, tuple[int, ...]] = {}
    asked: tuple[str, ...] = ()
    tries: dict[str, int] = {}
    unanswered: tuple[str, ...] = ()
    retry_at: datetime | None = None
    retry_s: float = RETRY_S

    def on_another_day(self) -> "Averages":
        """With nothing known; what was asked is still to be answered."""
        return Averages(asked=self.asked)

    def restarted(self) -> "Averages":
        """Nothing is asked: the answers to the run before will not come."""
        return replace(self, asked=())

    def requested(self, code: str) -> "Averages":
        """With the bars of `code` asked for."""
        return replace(self, asked=(*self.asked, code))

    def answered(self, code: str) -> "Averages":
        """With an answer about `code`, whatever it was."""
        asked = tuple(other for other in self.asked if other != code)
        return replace(self, asked=asked, tries={**self.tries, code: self.tries.get(code, 0) + 1})

    def known(self, code: str, closes_won: tuple[int, ...]) -> "Averages":
        """With these closes of `code`; none if it has no average."""
        return replace(self, closes_won={**self.closes_won, code: closes_won})

    def gave_up(self, code: str, now: datetime | None) -> "Averages":
        """Without an average of `code` for a while: KIS did not answer."""
        retry_at = self.retry_at or (now + timedelta(seconds=self.retry_s) if now else None)
        return replace(self.known(code, ()), unanswered=(*self.unanswered, code), retry_at=retry_at)

    def at(self, now: datetime) -> "Averages":
        """With what KIS did not answer to be asked again, once it is time for that."""
        if self.retry_at is None or now < self.retry_at:
            return self
        again = self.unanswered
        return replace(
            self, closes_won={code: closes for code, closes in self.closes_won.items() if code not in again},
            tries={code: tries for code, tries in self.tries.items() if code not in again}, unanswered=(),
            retry_at=None, retry_s=min(2 * self.retry_s, RETRY_S_MAX),
        )  # fmt: skip

    def is_given_up(self, code: str) -> bool:
        """Whether `code` was asked about as often as is worth it."""
        return self.tries.get(code, 0) >= TRIES_MAX

    def to_ask(self, codes: tuple[str, ...], answered: str = "") -> tuple[str, ...]:
        """The next codes to ask about, those with the fewest tries first; `answered` has just been, for now."""
        if all(map(self.closes_won.__contains__, codes)):  # as at nearly every tick of the clock
            return ()
        room = AT_ONCE - len(self.asked)
        wanted = [code for code in codes if code not in self.closes_won and code not in self.asked]
        wanted.sort(key=lambda code: (self.tries.get(code, 0), code == answered))
        return tuple(code for code in wanted if code != answered)[: max(room, 0)]

    def missing(self, codes: tuple[str, ...]) -> tuple[str, ...] | None:
        """The codes without an average; None while some are not known yet."""
        if all(map(self.closes_won.get, codes)):  # as at nearly every tick of the clock
            return ()
        if any(code not in self.closes_won for code in codes):
            return None
        return tuple(code for code in codes if not self.closes_won[code])

    def corrections(self, quotes: Mapping[str, Quote]) -> dict[str, tuple[int, ...]]:
        """The closes of codes that a split or a rights issue puts on another basis today; empty for no average."""
        right = {
            code: rebased(self.closes_won[code], quote.base_price_won, quote.previous_close_won)
            for code, quote in quotes.items() if code in self.closes_won
        }  # fmt: skip
        return {code: closes_won for code, closes_won in right.items() if closes_won != self.closes_won[code]}
