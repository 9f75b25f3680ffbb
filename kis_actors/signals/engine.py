"""What all rules have in common: where they apply, how long they must hold, and when they count again.

A rule file only measures (`read`, or `combine` over other rules); everything else about a signal is here.
"""

from typing import Literal, NamedTuple

from msgspec import Struct

from kis_actors.signals.book import Rules, is_composed, members_of, rule_of
from kis_actors.signals.params import Groups, RuleParams, applies_to, specialised
from kis_actors.signals.sight import Reading, Sight

Gate = Literal["", "unseen", "session", "age", "turnover", "interrupted"]
"""What kept the last price from being judged; "" if nothing did."""


class Memory(Struct):
    """What is remembered of one rule and one code. Updated in place.

    is_armed: the next time it holds counts. holds_since_s: since when it has held, None while it does not.
    extremes_won: the day's high and low before it held. reading, gate: of the last price.
    """

    is_armed: bool = True
    holds_since_s: int | None = None
    extremes_won: tuple[int, int] = (0, 0)
    reading: Reading | None = None
    gate: Gate = ""

    @property
    def is_waiting(self) -> bool:
        """Whether it holds and only has to go on holding: what need not wait is spent at once."""
        return self.is_armed and self.holds_since_s is not None


class Fired(NamedTuple):
    """A rule, by its name in the settings, that counts now."""

    name: str
    params: RuleParams
    reading: Reading


Memories = dict[str, dict[str, Memory]]
"""By code and the rule's name."""


def readings_of(
    rules: Rules, groups: Groups, sight: Sight, of_code: dict[str, Memory] | None = None
) -> dict[str, tuple[RuleParams, Reading | None]]:
    """What every rule that applies to the code measures; with the numbers that hold for this code.

    of_code: what is remembered of it, by the rule's name.
    """
    found: dict[str, tuple[RuleParams, Reading | None]] = {}
    for name, general in rules.items():
        if applies_to(general, sight.code, sight.market, groups):
            params = specialised(general, sight.code, sight.market, groups)
            found[name] = params, _reading(params, _as_it_began(sight, (of_code or {}).get(name)), found)
    return found


def judge(
    rules: Rules, groups: Groups, memories: Memories, sight: Sight, *, is_regular: bool, age_s: float = 0.0
) -> tuple[Fired, ...]:  # fmt: skip
    """The rules that count now. Updates `memories`.

    is_regular: the price is of the regular session. age_s: how old it is.
    """
    of_code = memories.setdefault(sight.code, {})
    judged, fired = _about_interruptions(rules) if sight.interruption else rules, []
    for name, (params, reading) in readings_of(rules, groups, sight, of_code).items():
        memory = of_code.setdefault(name, Memory())
        gate = _gate(params, sight, is_regular=is_regular, age_s=age_s) if name in judged else "interrupted"
        memory.reading, memory.gate = reading, gate
        if not reading or gate:
            continue
        if _counts(params, memory, reading, sight):
            fired.append(Fired(name, params, reading))
    return tuple(one for one in fired if one.params.alert)


def forget_holding(memories: Memories, code: str) -> None:
    """Something was missed: nothing has held ever since."""
    for memory in memories.get(code, {}).values():
        memory.holds_since_s = None


def nearest(rules: Rules, groups: Groups, sight: Sight) -> tuple[str, Reading] | None:
    """The rule that is nearest to counting, and what it measures; on either side of its line."""
    known = ((name, reading) for name, (params, reading) in readings_of(rules, groups, sight).items()
             if reading and params.alert and not reading.is_moot and rule_of(params).RANKS)  # fmt: skip
    return min(known, key=lambda entry: abs(entry[1].distance), default=None)


def is_waiting(rules: Rules, memories: Memories, code: str) -> bool:
    """Whether a rule holds for `code` and only has to go on holding."""
    of_code = memories.get(code, {})
    return any(name in of_code and of_code[name].is_waiting for name in rules)


def window_s_of(rules: Rules) -> int:
    """How far back any rule looks."""
    return int(max((_window_s(params) for params in rules.values()), default=0.0)) + 1


def _window_s(params: RuleParams) -> float:
    """As far as it may look back for any code."""
    each = ({}, *params.per.values())
    return sum(max(own.get(name, getattr(params, name, 0.0)) for own in each) for name in ("window_sec", "pace_sec"))


def _as_it_began(sight: Sight, memory: Memory | None) -> Sight:
    return sight._replace(held_extremes_won=memory.extremes_won) if memory and memory.is_waiting else sight


def _reading(params: RuleParams, sight: Sight, found: dict[str, tuple[RuleParams, Reading | None]]) -> Reading | None:
    rule, reading = rule_of(params), None
    if is_composed(params):
        members = (found.get(name) for name in members_of(params))
        reading = rule.combine(params, tuple(member[1] if member else None for member in members))
    elif sight.price_won or rule.DURING_INTERRUPTIONS:
        reading = rule.read(params, sight)
    return reading


def _gate(params: RuleParams, sight: Sight, *, is_regular: bool, age_s: float) -> Gate:
    if not (is_regular or params.session == "all"):
        return "session"
    if age_s > params.max_age_sec:
        return "age"
    return "turnover" if sight.cum_turnover_won < params.min_turnover_won else ""


def _about_interruptions(rules: Rules) -> tuple[str, ...]:
    """The rules that are judged while trading is interrupted: by themselves, or because they are made of such."""
    about: tuple[str, ...] = ()
    for name, params in rules.items():
        if rule_of(params).DURING_INTERRUPTIONS or any(member in about for member in members_of(params)):
            about = (*about, name)
    return about


def _counts(params: RuleParams, memory: Memory, reading: Reading, sight: Sight) -> bool:
    """Notes the reading; whether the rule counts now, and did not before."""
    if not reading.holds:
        memory.holds_since_s = None
        memory.is_armed = memory.is_armed or reading.distance > params.rearm_ratio
        return False
    if memory.holds_since_s is None:
        memory.holds_since_s, memory.extremes_won = sight.at_s, (sight.tape.high_won, sight.tape.low_won)
    if reading.is_moot:
        memory.is_armed = False
    if not memory.is_armed or sight.at_s - memory.holds_since_s < params.for_sec:
        return False
    memory.is_armed = False
    return True
