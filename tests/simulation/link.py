"""KIS's WebSocket as the daemon meets it: one session, its registrations, and what goes wrong with them.

It keeps the truth that the daemon can only infer: which registrations KIS holds.
"""

import msgspec

from kis_actors.messages import (
    Event,
    FrameOversized,
    FrameReceived,
    FramesDropped,
    LinkLost,
    LinkOpened,
    LinkRequested,
    ReadingPaused,
    Record,
)
from kis_actors.policies.registrations import key_of, registrations_max
from kis_actors.ports import Command
from simulation.disk import Broken
from simulation.quotes import Market
from simulation.stage import Stage

KIS_REGISTRATIONS_MAX = 41
NOISE = ("", "{", "{}", "|||", "0|H0STCNT0|001|", "0|H0STCNT0|0x1|005930^1", "0|H9XXXXX0|001|a^b", "pong",
         '{"header":{"tr_id":"PINGPONG","datetime":"20261120100000"}}')  # fmt: skip


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
            return None
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
            return None
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
        if len(self.live) > registrations_max(stage.settings):
            raise Broken(f"I9: {len(self.live)} registrations, allowed are {registrations_max(stage.settings)}")
        if not stage.happens(stage.fates.answer_lost):
            text = _acknowledgement(msg_cd, command)
            stage.in_process(stage.chance.uniform(0.01, 0.3), lambda: self._arrive(link, text))

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

    def _arrive(self, link: int, text: str) -> None:
        if self._is_on(link):
            self._frame(text)

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
