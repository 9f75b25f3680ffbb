"""Decided by SignalActor."""

from datetime import datetime
from typing import Literal

from kis_actors.messages.base import Event


class FrameRejected(Event):
    """A data frame that cannot be read; none of its records was used. reason: what was expected and what came.

    kind: header, feed, count, width, code or field; what rejects are counted by.
    """

    link: int
    reason: str
    kind: str = ""


class FrameWidthChanged(Event):
    """`feed` came with `width` columns for the first time; KIS changes layouts without a version number.

    known: the widths seen or documented before.
    """

    feed: str
    width: int
    known: tuple[int, ...]
    is_readable: bool


class TradingInterrupted(Event):
    """`code` does not trade continuously: a volatility interruption, or a halt. Nothing is judged meanwhile."""

    code: str
    kind: Literal["vi", "halt"]


class TradingResumed(Event):
    """`code` trades again."""

    code: str


class StreamStale(Event):
    """`code` traded by the scans' account, `volume_shares` so far, while its live stream on `link` said nothing."""

    code: str
    link: int
    volume_shares: int


class StreamRestored(Event):
    """The stream of `code` on `link`, stale before, speaks again."""

    code: str
    link: int


class SignalRaised(Event):
    """A rule counts for `code`.

    rule: its name in the settings. kind: what kind of rule it is, "" for the same.
    value, threshold: in the kind's own measure, ratios for disparity. cooldown_s: of the rule itself.
    price_won: 0 if trading was interrupted before the first price of the day.
    line: the day so far, as seconds of the day and won. change_ratio: against the previous close.
    average_won: what the price is measured against. source: trade, or scan for a price out of a batch quote.
    observed_at: KIS's stamp of the trade, whole seconds, KST; of a scan, when its answer came.
    remarks: what else is unusual: interrupted (a short while ago), degraded (no stream), flags of the universe file.
    """

    code: str
    name: str
    market: str
    rule: str
    threshold: float
    value: float
    average_won: float
    price_won: int
    change_ratio: float
    cum_turnover_won: int
    observed_at: datetime
    is_halted: bool = False
    source: str = "trade"
    remarks: tuple[str, ...] = ()
    kind: str = ""
    cooldown_s: float | None = None
    line: tuple[tuple[int, int], ...] = ()
