"""Whether a code trades continuously: volatility interruptions and halts, as trades, status frames and scans tell them.

Nothing is judged meanwhile: what KIS shows then is a price nobody trades at.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from kis_actors.kis.frames import Status, Tick
from kis_actors.kis.rest import Quote

Kind = Literal["", "vi", "halt"]

AUCTION = "C"
"""HOUR_CLS_CODE while an auction interrupts the session."""
VI_S_MAX = 600
"""An interruption lasts two minutes and a half; one whose end nobody told is over by then."""
RECENT_S = 600
"""For so long after it an alert says that there was one."""


class Interruption(Struct, frozen=True):
    """Of one code. kind: "" when it is over. source: who told of it: trade, status or scan. at: of the last change."""

    kind: Kind
    source: str
    at: datetime


def kind_of_tick(tick: Tick) -> Kind:
    """What a trade says: a regular one is proof of continuous trading."""
    return "halt" if tick.is_halted else "vi" if tick.hour_class == AUCTION else ""


def kind_of(told: Status | Quote) -> Kind:
    """What a status frame or a scan says."""
    return "halt" if told.is_halted else "vi" if told.is_interrupted else ""


def changed(before: Interruption | None, kind: Kind, source: str, now: datetime) -> Interruption | None:
    """What is new; None if nothing is. A scan, which may know of no interruption, ends only what a scan began."""
    was = before.kind if before else ""
    if kind == was or (not kind and source == "scan" and before and before.source != "scan"):
        return None
    return Interruption(kind, source, now)


def is_on(interruption: Interruption | None, now: datetime) -> bool:
    """Whether nothing may be judged now."""
    if interruption is None or not interruption.kind:
        return False
    return interruption.kind == "halt" or (now - interruption.at).total_seconds() < VI_S_MAX


def is_recent(interruption: Interruption | None, now: datetime) -> bool:
    """Whether there was one a short while ago."""
    return interruption is not None and (now - interruption.at).total_seconds() < RECENT_S
