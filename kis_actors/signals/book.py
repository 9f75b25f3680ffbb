"""The rules of the settings together: in the order they are measured in, or every mistake that keeps them from it."""

import difflib
from collections.abc import Iterator
from typing import Any, NamedTuple

from kis_actors.rules import RULES
from kis_actors.signals.params import Groups, RuleParams, is_whom, numbers_of

DEPTH_MAX = 50
"""So many compositions of compositions."""

Rules = dict[str, RuleParams]
"""By name, in the order of the settings; what combines others comes after them (see `ordered`)."""


class Fault(NamedTuple):
    """One mistake. key: what it concerns, as it stands under monitor.rules: fall.per.KOSDAQ, both.of[1]."""

    key: str
    what: str
    write: str


class RulesError(ValueError):
    """Rules that make no sense together; its text is for people, and so are its faults."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(fault.what for fault in faults))
        self.faults = faults


def ordered(rules: Rules, groups: Groups | None = None) -> Rules:
    """Those that combine others after what they combine. Raises RulesError with every mistake.

    groups: those that rules may speak of; without them, any name may be one.
    """
    done: Rules = {}
    faults: list[Fault] = []

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in path or len(path) > DEPTH_MAX:
            faults.append(_endless(rules, name, path))
        elif name in rules and name not in done:
            for member in members_of(rules[name]):
                add(member, (*path, name))
            done[name] = rules[name]

    for name, params in rules.items():
        add(name, ())
        faults += (*_bad_members(name, params, rules), *_bad_numbers(name, params), *_strangers(name, params, groups))
    if faults:
        raise RulesError(tuple(faults))
    return done


_RULE_OF = {rule.Params: rule for rule in RULES.values()}
_COMPOSED = {kind: hasattr(rule, "combine") for kind, rule in _RULE_OF.items()}


def rule_of(params: RuleParams) -> Any:
    """The file of that kind of rule."""
    return _RULE_OF[type(params)]


def is_composed(params: RuleParams) -> bool:
    """Whether the rule is made of others."""
    return _COMPOSED[type(params)]


def members_of(params: RuleParams) -> tuple[str, ...]:
    """The names of the rules it is made of; none if it measures by itself."""
    return tuple(getattr(params, "of", ())) if is_composed(params) else ()


def _endless(rules: Rules, name: str, path: tuple[str, ...]) -> Fault:
    """What names `name` is not to."""
    key = f"{path[-1]}.of[{members_of(rules[path[-1]]).index(name)}]"
    if name in path:
        return Fault(key, f"{' -> '.join((*path, name))} goes in a circle", "take one of them out of it")
    what = f"{path[0]} is made of others that are made of others, more than {DEPTH_MAX} times over"
    return Fault(key, what, "write what is combined before what combines it")


def _bad_members(name: str, params: RuleParams, rules: Rules) -> Iterator[Fault]:
    members = members_of(params)
    if is_composed(params) and not members:
        yield Fault(f"{name}.of", f"{name}.of names no rule", "write of: and the names of other rules, such as [fall]")
    for index, member in enumerate(members):
        if member not in rules:
            what = f"{name}.of names {member!r}, which is no rule here"
            yield Fault(f"{name}.of[{index}]", what, _nearest(member, [other for other in rules if other != name]))


def _bad_numbers(name: str, params: RuleParams) -> Iterator[Fault]:
    known = numbers_of(params)
    for whom, changes in params.per.items():
        for number in changes:
            if number not in known:
                what = f"{name}.per.{whom} changes {number!r}, which is none of {', '.join(known)}"
                yield Fault(f"{name}.per.{whom}.{number}", what, _nearest(number, known))


def _strangers(name: str, params: RuleParams, groups: Groups | None) -> Iterator[Fault]:
    if groups is None:
        return
    codes = ((f"{name}.codes[{index}]", "codes", whom) for index, whom in enumerate(params.codes))
    per = ((f"{name}.per.{whom}", "per", whom) for whom in params.per)
    for key, of, whom in (*codes, *per):
        if not is_whom(whom, groups):
            what = f"{name}.{of} names {whom!r}, which is no code and none of monitor.groups"
            yield Fault(key, what, _nearest(whom, groups, "write a code such as 000660, or name it in monitor.groups"))


def _nearest(found: str, known: Any, otherwise: str = "") -> str:
    near = difflib.get_close_matches(found[:60], known, 1)
    return f"write {near[0]}" if near else otherwise or f"write {' or '.join(tuple(known)[:8]) or 'another'}"
