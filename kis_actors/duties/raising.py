"""From a rule that counts to the signal that says so. Part of SignalActor."""

from typing import NamedTuple

from kis_actors.market.universe import Stock
from kis_actors.messages import SignalRaised
from kis_actors.signals.engine import Fired
from kis_actors.signals.outlook import Seen


class Found(NamedTuple):
    """A rule that counts by what was handled last, and the price that made it."""

    seen: Seen
    name: str
    kind: str
    value: float
    threshold: float
    base_won: float
    cooldown_s: float | None


def found_by(seen: Seen, fired: Fired) -> Found:
    """What is to be said of it."""
    reading, params = fired.reading, fired.params
    kind = str(params.__struct_config__.tag)
    return Found(seen, fired.name, kind, reading.value, reading.threshold, reading.base_won, params.cooldown_sec)


def signal_of(
    found: Found, stock: Stock, remarks: tuple[str, ...], line: tuple[tuple[int, int], ...]
) -> SignalRaised:  # fmt: skip
    """The signal. remarks: flags of the stock and of the moment. line: the day's prices so far."""
    seen = found.seen
    return SignalRaised(
        code=seen.code, name=stock.name, market=stock.market, rule=found.name, threshold=found.threshold,
        value=found.value, average_won=found.base_won, price_won=seen.price_won, change_ratio=seen.change_ratio,
        cum_turnover_won=seen.cum_turnover_won, observed_at=seen.seen_at, source=seen.source, remarks=remarks,
        kind="" if found.kind == found.name else found.kind, cooldown_s=found.cooldown_s, line=line,
    )  # fmt: skip
