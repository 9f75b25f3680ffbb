"""KIS as the daemon meets it: quotes, daily bars, one WebSocket session, and what goes wrong with each.

It keeps the truth that the daemon can only infer: which registrations it holds, and of how many links it knows.
"""

from datetime import date
from typing import Protocol

import msgspec
from facts import TRADE, bars_returned, holidays_returned, quotes_returned

from kis_actors.messages import (
    BaselineRequested,
    DailyBarsFailed,
    Event,
    FrameOversized,
    FrameReceived,
    FramesDropped,
    HolidaysFailed,
    HolidaysRequested,
    LinkLost,
    LinkOpened,
    LinkRequested,
    ReadingPaused,
    Record,
    ScanFailed,
    ScanRequested,
)
from kis_actors.policies.averages import TRIES_MAX
from kis_actors.policies.registrations import key_of, registrations_max
from kis_actors.ports import Command
from simulation.disk import Broken
from simulation.stage import Stage

KIS_REGISTRATIONS_MAX = 41
BASE_WON = 10_000
NOISE = ("", "{", "{}", "|||", "0|H0STCNT0|001|", "0|H0STCNT0|0x1|005930^1", "0|H9XXXXX0|001|a^b", "pong",
         '{"header":{"tr_id":"PINGPONG","datetime":"20261120100000"}}')  # fmt: skip


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
        self._bar_tries: dict[tuple[str, date], int] = {}

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
        fails = (stage.happens(stage.fates.rest_fails) or is_out) and not self._would_be_given_up(event)
        answer = self._failure(event, "HTTP 429" if is_out else "no answer in 10 s") if fails else self._good(event)
        stage.observe("rest", answer, question.seq)

    def _would_be_given_up(self, event: Event) -> bool:
        """Daily bars that fail three times are not asked for again that day, which no calm can heal; see README."""
        if not isinstance(event, BaselineRequested):
            return False
        key = (event.code, event.end)
        self._bar_tries[key] = self._bar_tries.get(key, 0) + 1
        return self._bar_tries[key] >= TRIES_MAX

    def _failure(self, event: Event, reason: str) -> Event:
        match event:
            case ScanRequested():
                return ScanFailed(scan=event.scan, batch=event.batch, reason=reason)
            case BaselineRequested():
                return DailyBarsFailed(code=event.code, reason=reason)
        return HolidaysFailed(reason=reason)

    def _good(self, event: Event) -> Event:
        match event:
            case ScanRequested():
                return self._market.quotes(event)
            case BaselineRequested():
                return bars_returned(event.code, 25, close_won=BASE_WON, last=self._stage.day_before)
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
        answer: Event = quotes_returned({}, scan=asked.scan, batch=asked.batch)
        return msgspec.structs.replace(answer, rows=joined)

    def frame(self, code: str) -> str:
        """The frame of the last trade of `code`."""
        stock, now = self.stocks[code], self._stage.now
        changed = {
            "MKSC_SHRN_ISCD": code, "STCK_PRPR": str(stock.price_won), "ACML_VOL": str(stock.shares),
            "STCK_CNTG_HOUR": f"{now:%H%M%S}", "BSOP_DATE": f"{now:%Y%m%d}",
        }  # fmt: skip
        return f"0|H0STCNT0|001|{'^'.join((TRADE | changed).values())}"


class Lost(Protocol):
    """Told the reason of an end."""

    def __call__(self, link: int, reason: str, *, is_ours: bool) -> None: ...


class Socket:
    """The link port and KIS's end of it. live: registrations of the open link, and whether each is mute."""

    def __init__(self, stage: Stage, market: Market, barred: str) -> None:
        self._stage = stage
        self._market = market
        self._barred = barred
        self._question: Record | None = None
        self._is_open = False
        self._knows_key = True
        self._held_until_ns = 0
        self._queued_until_ns = 0
        self.live: dict[str, bool] = {}
        self.connects_ns: list[int] = []
        self.most = 0

    # --- as the daemon sees it

    def open(self, question: Record) -> None:
        """Takes a LinkRequested, after the end of whatever was there."""
        self._stage.require_durable(question)
        self._end("closed by us", is_ours=True)
        self._question = question
        assert isinstance(question.event, LinkRequested)
        self._stage.in_process(question.event.wait_s + 0.05, lambda: self._connect(question))

    def send(self, link: int, command: Command) -> None:
        """Queues the command, paced."""
        self._stage.require_durable(self._stage.handling)
        stage = self._stage
        self._queued_until_ns = max(self._queued_until_ns, stage.now_ns) + 100_000_000
        wait_s = (self._queued_until_ns - stage.now_ns) / 1e9
        if self._is_on(link) and not stage.happens(stage.fates.command_lost):
            stage.in_process(wait_s, lambda: self._take(link, command))

    def close(self, link: int) -> None:
        """Ends `link`."""
        self._stage.require_durable(self._stage.handling)
        if self._is_on(link):
            self._end("closed by us", is_ours=True)

    # --- as the world does it

    def died(self) -> None:
        """The process is gone; KIS may think for a while that it is not."""
        if self._is_open and self._stage.happens(0.5):
            self._held_until_ns = self._stage.now_ns + int(self._stage.chance.uniform(0, 10) * 1e9)
        self._question, self._is_open, self.live = None, False, {}

    def stop(self) -> None:
        """A clean end."""
        self._end("closed by us", is_ours=True)

    def unmute(self) -> None:
        """All streams speak again."""
        self.live = dict.fromkeys(self.live, False)

    def speak(self, code: str) -> None:
        """A trade, if anybody follows the code; and what else may be on the wire."""
        stage, fates = self._stage, self._stage.fates
        if not self._is_open or self._question is None:
            return
        if stage.happens(fates.link_lost):
            return self._end("connection reset by peer", is_ours=False)
        if stage.happens(fates.bad_frame):
            self._frame(self._spoiled(code))
        if stage.happens(fates.dropped):
            stage.observe("socket", self._strange())
        if self.live.get(key_of("H0STCNT0", code)) is False:
            self._frame(self._market.frame(code))
        return None

    def _connect(self, question: Record) -> None:
        event, stage = question.event, self._stage
        assert isinstance(event, LinkRequested)
        if self._question is not question:
            return
        self.connects_ns.append(stage.now_ns)
        if stage.happens(stage.fates.link_refused):
            return self._end("connection refused", is_ours=False)
        self._is_open, self.live, self._queued_until_ns = True, {}, 0
        self._knows_key = event.new_key or not stage.happens(stage.fates.key_is_old)
        return stage.observe("socket", LinkOpened(link=event.link), question.seq)

    def _end(self, reason: str, *, is_ours: bool) -> None:
        if self._question is None:
            return
        question, self._question, self._is_open, self.live = self._question, None, False, {}
        assert isinstance(question.event, LinkRequested)
        lost = LinkLost(link=question.event.link, reason=reason, is_ours=is_ours)
        self._stage.observe("socket", lost, question.seq)

    def _is_on(self, link: int) -> bool:
        question = self._question
        return question is not None and isinstance(question.event, LinkRequested) and question.event.link == link

    def _take(self, link: int, command: Command) -> None:
        """A command arrives at KIS."""
        stage = self._stage
        if not (self._is_open and self._is_on(link)):
            return
        msg_cd = self._verdict(command)
        self.most = max(self.most, len(self.live))
        if len(self.live) > registrations_max(stage.settings):
            raise Broken(f"I9: {len(self.live)} registrations, allowed are {registrations_max(stage.settings)}")
        if not stage.happens(stage.fates.answer_lost):
            text = _acknowledgement(msg_cd, command)
            stage.in_process(stage.chance.uniform(0.01, 0.3), lambda: self._is_on(link) and self._frame(text))

    def _verdict(self, command: Command) -> str:
        stage, fates, key = self._stage, self._stage.fates, key_of(command.feed, command.code)
        if stage.now_ns < self._held_until_ns:
            return "OPSP8996"
        if not self._knows_key:
            return "OPSP0011"
        if not command.wanted:
            return "OPSP0003" if self.live.pop(key, None) is None else "OPSP0001"
        if key in self.live:
            return "OPSP0002"
        if command.code == self._barred:
            return "OPSP8993"
        if stage.happens(fates.refused):
            return stage.chance.choice(("OPSP0007", "OPSP0009", "OPSP9993", "OPSP1234"))
        if len(self.live) >= KIS_REGISTRATIONS_MAX or stage.happens(fates.full):
            return "OPSP0008"
        self.live[key] = stage.happens(fates.muted)
        return "OPSP0000"

    def _frame(self, text: str) -> None:
        assert self._question is not None and isinstance(self._question.event, LinkRequested)
        self._stage.observe("socket", FrameReceived(link=self._question.event.link, text=text))

    def _spoiled(self, code: str) -> str:
        """Noise, a frame cut short, or an order book nobody asked for."""
        chance = self._stage.chance
        whole = self._market.frame(code)
        if chance.random() < 0.5:
            return chance.choice(NOISE)
        return whole[: chance.randint(1, len(whole) - 1)] if chance.random() < 0.8 else whole + "^x"

    def _strange(self) -> Event:
        link, now = max(1, len(self.connects_ns)), self._stage.now
        if self._question is not None and isinstance(self._question.event, LinkRequested):
            link = self._question.event.link
        return self._stage.chance.choice((
            FramesDropped(link=link, count=3, first=now, last=now), ReadingPaused(link=link, backlog=20_001),
            FrameOversized(link=link, characters=2_000_000),
        ))  # fmt: skip


def _acknowledgement(msg_cd: str, command: Command) -> str:
    header = {"tr_id": command.feed, "tr_key": command.code, "encrypt": "N"}
    body = {"rt_cd": "0", "msg_cd": msg_cd, "msg1": "said KIS"}
    return msgspec.json.encode({"header": header, "body": body}).decode()
