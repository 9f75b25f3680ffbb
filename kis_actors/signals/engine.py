"""What all rules have in common: where they apply, how long they must hold, and when they count again.

A rule file only measures (`read`, or `combine` over other rules); everything else about a signal is here.
"""

from typing import Any, NamedTuple

from msgspec import Struct

from kis_actors.rules import RULES
from kis_actors.signals.params import Groups, RuleParams, applies_to, is_whom, numbers_of, specialised
from kis_actors.signals.sight import Reading, Sight


class Memory(Struct):
    """What is remembered of one rule and one code. Updated in place.

    is_armed: the next time it holds counts. holds_since_s: since when it has held, None while it does not.
    extremes_won: the day's high and low before it held.
    """

    is_armed: bool = True
    holds_since_s: int | None = None
    extremes_won: tuple[int, int] = (0, 0)

    @property
    def is_waiting(self) -> bool:
        """Whether it holds and only has to go on holding: what need not wait is spent at once."""
        return self.is_armed and self.holds_since_s is not None


class Fired(NamedTuple):
    """A rule, by its name in the settings, that counts now."""

    name: str
    params: RuleParams
    reading: Reading


_RULE_OF = {rule.Params: rule for rule in RULES.values()}
_COMPOSED = {kind: hasattr(rule, "combine") for kind, rule in _RULE_OF.items()}

Rules = dict[str, RuleParams]
"""By name, in the order of the settings; what combines others comes after them (see `ordered`)."""

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
    fired = []
    for name, (params, reading) in readings_of(rules, groups, sight, of_code).items():
        memory = of_code.setdefault(name, Memory())
        if not reading or not _is_judged(params, sight, is_regular=is_regular, age_s=age_s):
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
             if reading and params.alert and not reading.is_moot and _rule(params).RANKS)  # fmt: skip
    return min(known, key=lambda entry: abs(entry[1].distance), default=None)


def is_waiting(rules: Rules, memories: Memories, code: str) -> bool:
    """Whether a rule holds for `code` and only has to go on holding."""
    of_code = memories.get(code, {})
    return any(name in of_code and of_code[name].is_waiting for name in rules)


def window_s_of(rules: Rules) -> int:
    """How far back any rule looks."""
    return int(max((_window_s(params) for params in rules.values()), default=0.0)) + 1


def ordered(rules: Rules, groups: Groups | None = None) -> Rules:
    """Those that combine others after what they combine. Raises ValueError, its text for people.

    groups: those that rules may speak of; without them, any name may be one.
    """
    done: Rules = {}

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(f"{' -> '.join((*path, name))} goes in a circle")
        if name not in rules:
            raise ValueError(f"{path[-1]}.of names {name!r}, which is no rule here")
        _refuse_nonsense(name, rules[name])
        _refuse_strangers(name, rules[name], groups)
        for member in getattr(rules[name], "of", ()) if is_composed(rules[name]) else ():
            add(member, (*path, name))
        done.setdefault(name, rules[name])

    for name in rules:
        add(name, ())
    return done


def is_composed(params: RuleParams) -> bool:
    """Whether the rule is made of others."""
    return _COMPOSED[type(params)]


def _refuse_nonsense(name: str, params: RuleParams) -> None:
    if is_composed(params) and not getattr(params, "of", ()):
        raise ValueError(f"{name}.of names no rule")
    known = numbers_of(params)
    for whom, changes in params.per.items():
        for number in changes:
            if number not in known:
                raise ValueError(f"{name}.per.{whom} changes {number!r}, which is none of {', '.join(known)}")


def _refuse_strangers(name: str, params: RuleParams, groups: Groups | None) -> None:
    for key, whoms in (("codes", params.codes), ("per", tuple(params.per))):
        for whom in whoms:
            if groups is not None and not is_whom(whom, groups):
                raise ValueError(f"{name}.{key} names {whom!r}, which is no code and none of monitor.groups")


def _window_s(params: RuleParams) -> float:
    """As far as it may look back for any code."""
    each = ({}, *params.per.values())
    return sum(max(own.get(name, getattr(params, name, 0.0)) for own in each) for name in ("window_sec", "pace_sec"))


def _as_it_began(sight: Sight, memory: Memory | None) -> Sight:
    return sight._replace(held_extremes_won=memory.extremes_won) if memory and memory.is_waiting else sight


def _reading(params: RuleParams, sight: Sight, found: dict[str, tuple[RuleParams, Reading | None]]) -> Reading | None:
    rule = _rule(params)
    reading: Reading | None
    if is_composed(params):
        members: Any = params
        reading = rule.combine(params, tuple(found[name][1] if name in found else None for name in members.of))
    else:
        reading = rule.read(params, sight)
    return reading


def _is_judged(params: RuleParams, sight: Sight, *, is_regular: bool, age_s: float) -> bool:
    """While trading is interrupted, only what is about that."""
    if sight.interruption and not _rule(params).DURING_INTERRUPTIONS:
        return False
    is_in_time = (is_regular or params.session == "all") and age_s <= params.max_age_sec
    return is_in_time and sight.cum_turnover_won >= params.min_turnover_won


def _rule(params: RuleParams) -> Any:
    return _RULE_OF[type(params)]


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
