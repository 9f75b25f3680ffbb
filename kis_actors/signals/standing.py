"""How far every rule is from counting for one code, and what keeps it from that: what `why` is made of."""

from datetime import datetime
from typing import Literal, NamedTuple

from kis_actors.signals.book import Rules
from kis_actors.signals.engine import Memory
from kis_actors.signals.params import Groups, RuleParams, applies_to, specialised
from kis_actors.signals.sight import Reading

Verdict = Literal["unseen", "unmeasured", "session", "age", "turnover", "interrupted", "far", "rearming", "holding",
                  "told", "moot"]  # fmt: skip
"""unseen: no price was judged yet. unmeasured: too little is known. session, age, turnover, interrupted: the gate that
is shut. far: not met. rearming: not met, but must come back further before it counts again. holding: met, but not for
long enough. told: met, and said so. moot: met without anything to say.
"""


class Standing(NamedTuple):
    """One rule of one code at its last price. reading: None if unseen or unmeasured. alert: false only serves others.

    held_s, for_s: how long it has been met, and has to be. rearm_ratio: how far it must come back to count again.
    """

    name: str
    kind: str
    verdict: Verdict
    reading: Reading | None
    is_alert: bool = True
    held_s: float = 0.0
    for_s: float = 0.0
    rearm_ratio: float = 0.0


class Explanation(NamedTuple):
    """Why there is or is not a signal of a code. price_won: the last, 0 before the first; source: trade or scan.

    is_live: its trades are streamed. interruption: vi, halt or "".
    """

    code: str
    name: str
    market: str
    price_won: int
    change_ratio: float
    seen_at: datetime | None
    source: str
    is_in_session: bool
    is_live: bool
    interruption: str
    is_safe: bool
    standings: tuple[Standing, ...]


def standings_of(
    rules: Rules, groups: Groups, of_code: dict[str, Memory], code: str, market: str, at_s: int
) -> tuple[Standing, ...]:  # fmt: skip
    """Every rule that looks at `code`, as its last price left it. at_s: now, seconds since 1970."""
    applying = {name: params for name, params in rules.items() if applies_to(params, code, market, groups)}
    return tuple(
        _standing(name, specialised(params, code, market, groups), of_code.get(name), at_s)
        for name, params in applying.items()
    )


def _standing(name: str, params: RuleParams, memory: Memory | None, at_s: int) -> Standing:
    memory = memory or Memory(gate="unseen")
    since_s = memory.holds_since_s
    return Standing(
        name, str(params.__struct_config__.tag), _verdict(memory), memory.reading, params.alert,
        0.0 if since_s is None else max(0.0, at_s - since_s), params.for_sec, params.rearm_ratio,
    )  # fmt: skip


def _verdict(memory: Memory) -> Verdict:
    reading = memory.reading
    if memory.gate:
        return memory.gate
    if reading is None:
        return "unmeasured"
    if not reading.holds:
        return "far" if memory.is_armed else "rearming"
    if reading.is_moot:
        return "moot"
    return "holding" if memory.is_armed else "told"
