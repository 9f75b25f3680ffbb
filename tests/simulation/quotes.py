"""KIS's REST as the daemon meets it, and the market behind it: what every code does, whether anybody looks or not."""

import msgspec
from facts import TRADE, bars_returned, holidays_returned, quotes_returned

from kis_actors.messages import (
    BaselineRequested,
    DailyBarsFailed,
    Event,
    HolidaysFailed,
    HolidaysRequested,
    Record,
    ScanFailed,
    ScanRequested,
    ScanReturned,
)
from simulation.disk import Broken
from simulation.stage import Stage

BASE_WON = 10_000
FIELDS = TRADE | {
    "MKSC_SHRN_ISCD": "{0}", "STCK_PRPR": "{1}", "ACML_VOL": "{2}", "STCK_CNTG_HOUR": "{3}", "BSOP_DATE": "{4}",
}  # fmt: skip
FRAME = f"0|H0STCNT0|001|{'^'.join(FIELDS.values())}"


class Stock:
    """What one code does. is_diving: its price is far below its average, otherwise a little below."""

    def __init__(self) -> None:
        self.price_won = BASE_WON
        self.shares = 0
        self.is_diving = False


class Quotes:
    """REST: one question after the other, as the adapter asks them."""

    def __init__(self, stage: Stage, market: "Market") -> None:
        self._stage = stage
        self._market = market
        self._free_at_ns = 0
        self._outage_until_ns = 0

    def ask(self, question: Record) -> None:
        """Takes a question of ScanActor's; the answer comes in a while."""
        stage, fates = self._stage, self._stage.fates
        stage.require_durable(question)
        if stage.happens(fates.outage):
            self._outage_until_ns = stage.now_ns + int(stage.chance.uniform(5, 60) * 1e9)
        slow = stage.happens(fates.rest_is_slow)
        took_ns = int(stage.chance.uniform(*((3, 15) if slow else (0.05, 0.4))) * 1e9)
        self._free_at_ns = max(self._free_at_ns, stage.now_ns) + took_ns
        stage.in_process((self._free_at_ns - stage.now_ns) / 1e9, lambda: self._answer(question))

    def died(self) -> None:
        """The process that asked is gone, and its queue with it."""
        self._free_at_ns = 0

    def end_outage(self) -> None:
        """All is well again."""
        self._outage_until_ns = 0

    def _answer(self, question: Record) -> None:
        stage, event = self._stage, question.event
        is_out = stage.now_ns < self._outage_until_ns
        fails = stage.happens(stage.fates.rest_fails) or is_out
        answer = self._failure(event, "HTTP 429" if is_out else "no answer in 10 s") if fails else self._good(event)
        stage.observe("rest", answer, question.seq)

    def _failure(self, event: Event, reason: str) -> Event:
        match event:
            case ScanRequested():
                return ScanFailed(scan=event.scan, batch=event.batch, reason=reason)
            case BaselineRequested():
                return DailyBarsFailed(code=event.code, reason=reason)
        return HolidaysFailed(reason=reason)

    def _good(self, event: Event) -> Event:
        answer: Event
        match event:
            case ScanRequested():
                return self._market.quotes(event)
            case BaselineRequested():
                answer = bars_returned(event.code, 25, close_won=BASE_WON, last=self._stage.day_before)
                return answer
            case HolidaysRequested():
                return holidays_returned({event.day: True})
        raise Broken(f"REST was asked {event}")


class Market:
    """What every code does, whether anybody looks or not."""

    def __init__(self, stage: Stage, codes: tuple[str, ...]) -> None:
        self._stage = stage
        self.stocks = {code: Stock() for code in codes}
        self.is_restless = True

    def move(self) -> str:
        """One trade of one code, sometimes the start or the end of a fall, sometimes of all codes."""
        chance = self._stage.chance
        code = chance.choice(tuple(self.stocks))
        turn = chance.random()
        is_diving = not self.stocks[code].is_diving
        for one in self._turning(code, turn) if self.is_restless else ():
            self.stocks[one].is_diving = is_diving
        self.trade(code)
        return code

    def _turning(self, code: str, turn: float) -> tuple[str, ...]:
        return tuple(self.stocks) if turn < 0.005 else (code,) if turn < 0.05 else ()

    def trade(self, code: str) -> None:
        """One trade at a price that says plainly on which side of the threshold it is."""
        stock, chance = self.stocks[code], self._stage.chance
        stock.price_won = 10 * chance.randint(*((885, 910) if stock.is_diving else (935, 985)))
        stock.shares += chance.randint(1, 50)

    def quotes(self, asked: ScanRequested) -> Event:
        """The rows of a scan, each with its own volume."""
        rows = [quotes_returned({code: self.stocks[code].price_won}, scan=asked.scan, batch=asked.batch,
                                acml_vol=str(self.stocks[code].shares)).rows for code in asked.codes]  # fmt: skip
        joined = msgspec.structs.replace(rows[0], values=tuple(row for each in rows for row in each.values))
        return ScanReturned(scan=asked.scan, batch=asked.batch, rows=joined)

    def frame(self, code: str) -> str:
        """The frame of the last trade of `code`."""
        stock, now = self.stocks[code], self._stage.now
        return FRAME.format(code, stock.price_won, stock.shares, f"{now:%H%M%S}", f"{now:%Y%m%d}")
