"""What all rules have in common: where they apply, how long they must hold, and when they count again.

A rule file only measures (`read`, or `combine` over other rules); everything else about a signal is here.
"""

from collections.abc import Iterable
from types import ModuleType
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.signals.book import Rules, is_composed, members_of, rule_of
from kis_actors.signals.params import Groups, RuleParams, applies_to, specialised
from kis_actors.signals.sight import Reading, Sight

KNOWN_MAX = 100
"""Prices of which a reading is remembered, for each rule and code. A stock goes to and fro between few for long; all
that it has in a day, of 250 codes, would be many megabytes."""

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


class Applied(Struct, frozen=True, gc=False):
    """A rule as it looks at one code. params: with the numbers that hold for the code. rule: the file of its kind.

    members: the names of the rules it is made of, None if it measures by itself.
    is_about_interruptions: it is judged while trading is interrupted.
    known: by price, what it measured before, if nothing else makes a difference to it; trades share their prices.
    """

    name: str
    params: RuleParams
    rule: ModuleType
    members: tuple[str, ...] | None
    is_about_interruptions: bool
    known: dict[int, Reading] | None


def applied(rules: Rules, groups: Groups, code: str, market: str) -> tuple[Applied, ...]:
    """The rules that look at `code`, in their order. Worth keeping: no price changes it."""
    about = _about_interruptions(rules)
    return tuple(
        Applied(
            name, specialised(params, code, market, groups), rule_of(params),
            members_of(params) if is_composed(params) else None, name in about,
            {} if getattr(rule_of(params), "BY_PRICE_ALONE", False) else None,
        )
        for name, params in rules.items() if applies_to(params, code, market, groups)
    )  # fmt: skip


def readings_of(rules: Iterable[Applied], sight: Sight, of_code: dict[str, Memory]) -> dict[str, Reading | None]:
    """What every rule measures. of_code: what is remembered of the code, by the rule's name."""
    found: dict[str, Reading | None] = {}
    for one in rules:
        found[one.name] = _reading(one, sight, of_code.get(one.name), found)
    return found


def judge(
    rules: Iterable[Applied], of_code: dict[str, Memory], sight: Sight, *, is_regular: bool, age_s: float = 0.0
) -> tuple[tuple[Fired, ...], bool]:  # fmt: skip
    """The rules that count now, and whether one only has to go on holding.

    Updates `of_code`, what is remembered by the rule's name. is_regular: the price is of the regular session.
    age_s: how old it is.
    """
    found: dict[str, Reading | None] = {}
    fired: tuple[Fired, ...] = ()
    is_waiting, price_won = False, sight.price_won
    is_plain, turnover_won = is_regular and not sight.interruption, sight.cum_turnover_won
    for one in rules:
        name, params, memory = one.name, one.params, of_code.get(one.name)
        if memory is None:
            memory = of_code[name] = Memory()
        known = one.known.get(price_won) if one.known else None
        reading = memory.reading = found[name] = known or _reading(one, sight, memory, found)
        is_open = is_plain and age_s <= params.max_age_sec and turnover_won >= params.min_turnover_won
        gate = memory.gate = "" if is_open else _gate(one, sight, is_regular, age_s)
        if reading is not None and not gate:
            if reading.distance > 0 and memory.is_armed and memory.holds_since_s is None:
                continue  # far from holding, and was before: nearly every price
            if _counts(params, memory, reading, sight) and params.alert:
                fired = (*fired, Fired(name, params, reading))
        is_waiting = is_waiting or memory.is_waiting
    return fired, is_waiting


def forget_holding(memories: Memories, code: str) -> None:
    """Something was missed: nothing has held ever since."""
    for memory in memories.get(code, {}).values():
        memory.holds_since_s = None


def nearest(rules: Rules, groups: Groups, sight: Sight) -> tuple[str, Reading] | None:
    """The rule that is nearest to counting, and what it measures; on either side of its line."""
    looking = applied(rules, groups, sight.code, sight.market)
    readings = readings_of(looking, sight, {})
    ranking = (one.name for one in looking if one.params.alert and one.rule.RANKS)
    known = ((name, reading) for name in ranking if (reading := readings[name]) and not reading.is_moot)
    return min(known, key=lambda entry: abs(entry[1].distance), default=None)


def window_s_of(rules: Rules) -> int:
    """How far back any rule looks."""
    return int(max((_window_s(params) for params in rules.values()), default=0.0)) + 1


def _window_s(params: RuleParams) -> float:
    """As far as it may look back for any code."""
    each = ({}, *params.per.values())
    return sum(max(own.get(name, getattr(params, name, 0.0)) for own in each) for name in ("window_sec", "pace_sec"))


def _reading(one: Applied, sight: Sight, memory: Memory | None, found: dict[str, Reading | None]) -> Reading | None:
    """found: by the rules before it. What waits is measured against the extremes of when it began to hold."""
    reading: Reading | None = None
    if one.members is not None:
        reading = one.rule.combine(one.params, tuple(found.get(name) for name in one.members))
    elif sight.price_won or one.rule.DURING_INTERRUPTIONS:
        if memory and memory.holds_since_s is not None and memory.is_armed:
            sight = replace(sight, held_extremes_won=memory.extremes_won)
        reading = one.rule.read(one.params, sight)
        _remember(one, sight.price_won, reading)
    return reading


def _remember(one: Applied, price_won: int, reading: Reading | None) -> None:
    if one.known is not None and reading:
        if len(one.known) >= KNOWN_MAX:
            one.known.clear()
        one.known[price_won] = reading


def _gate(one: Applied, sight: Sight, is_regular: bool, age_s: float) -> Gate:
    params = one.params
    if sight.interruption and not one.is_about_interruptions:
        return "interrupted"
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
    if reading.distance > 0:  # as `holds`, without a call
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
