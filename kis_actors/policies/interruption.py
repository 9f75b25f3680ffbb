"""Whether a code trades continuously: volatility interruptions and halts, as trades, status frames and scans tell them.

Nothing is judged meanwhile: what KIS shows then is a price nobody trades at.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

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
    """Of one code. kind: "" when it is over. source: who told of it: trade, status or scan. at: of the last change.

    volume_shares: of the first scan since; more of it is proof that the code trades again.
    """

    kind: Kind
    source: str
    at: datetime
    volume_shares: int | None = None


def kind_of_tick(tick: Tick) -> Kind:
    """What a trade says: a regular one is proof of continuous trading."""
    return "halt" if tick.is_halted else "vi" if tick.hour_class == AUCTION else ""


def kind_of(told: Status | Quote) -> Kind:
    """What a status frame or a scan says."""
    return "halt" if told.is_halted else "vi" if told.is_interrupted else ""


def changed(before: Interruption | None, kind: Kind, source: str, now: datetime) -> Interruption | None:
    """What is new; None if nothing is."""
    was = before.kind if before and is_on(before, now) else ""
    is_told = bool(before and before.kind)
    return None if kind == was and bool(kind) == is_told else Interruption(kind, source, now)


def not_ended(before: Interruption, volume_shares: int) -> Interruption | None:
    """After a scan that knows of no interruption: None if it proves the end, else what is known now.

    A scan may know of none although there is one, so it ends only what a scan began, or by what was traded since.
    """
    if before.source == "scan" or (before.volume_shares is not None and volume_shares > before.volume_shares):
        return None
    return replace(before, volume_shares=volume_shares) if before.volume_shares is None else before


def is_on(interruption: Interruption | None, now: datetime) -> bool:
    """Whether nothing may be judged now."""
    if interruption is None or not interruption.kind:
        return False
    return interruption.kind == "halt" or (now - interruption.at).total_seconds() < VI_S_MAX


def is_recent(interruption: Interruption | None, now: datetime) -> bool:
    """Whether there was one a short while ago."""
    return interruption is not None and (now - interruption.at).total_seconds() < RECENT_S
