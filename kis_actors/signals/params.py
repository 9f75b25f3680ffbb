"""What every rule can be told, whatever it looks at; a rule file adds its own."""

import re
from functools import cache
from typing import Any, Literal, dataclass_transform, get_args

from msgspec import Struct
from msgspec.structs import fields, replace

from kis_actors.market.universe import Market


@dataclass_transform(frozen_default=True, kw_only_default=True)
class RuleParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="rule"):
    """One rule of the settings. Durations in seconds, ratios as fractions.

    enabled: false takes it out, and is how a preset's rule is dropped.
    alert: false only serves all_of, any_of and not, and tells nobody.
    for_sec: it must hold for so long. rearm_ratio: how far (of the price) it must come back before it counts again.
    cooldown_sec: least time between two alerts of one code; None is monitor.alert_cooldown_sec.
    session: regular, or all the hours that are watched. max_age_sec: an older price is not judged.
    min_turnover_won: of the day so far. markets, codes: where it applies; empty is everywhere. codes may be groups.
    per: other numbers for a market, a group or a code, the last of which wins: {KOSDAQ: {fall_ratio: 0.05}}.
    """

    enabled: bool = True
    alert: bool = True
    for_sec: float = 0.0
    rearm_ratio: float = 0.005
    cooldown_sec: float | None = None
    session: Literal["regular", "all"] = "regular"
    max_age_sec: float = 300.0
    min_turnover_won: int = 0
    markets: tuple[Market, ...] = ()
    codes: tuple[str, ...] = ()
    per: dict[str, dict[str, float]] = {}


_CODE = re.compile(r"[0-9A-Z]{6}")

Groups = dict[str, tuple[str, ...]]
"""Names for several codes."""


def applies_to(params: RuleParams, code: str, market: str, groups: Groups) -> bool:
    """Whether the rule looks at `code` at all."""
    if not params.enabled or (params.markets and market not in params.markets):
        return False
    if not params.codes or code in params.codes:
        return True
    return any(code in codes for group, codes in groups.items() if group in params.codes)


def specialised(params: RuleParams, code: str, market: str, groups: Groups) -> RuleParams:
    """The rule with what its `per` says of the market, then the groups, then the code."""
    if not params.per:
        return params
    names = (market, *(group for group, codes in groups.items() if code in codes), code)
    changes: dict[str, Any] = {}
    for name in names:
        changes |= params.per.get(name, {})
    return replace(params, per={}, **{name: _like(getattr(params, name), value) for name, value in changes.items()})


def numbers_of(params: RuleParams) -> tuple[str, ...]:
    """What `per` may change: the names of everything in the rule that is a number."""
    return _numbers_in(type(params))


@cache
def _numbers_in(kind: type[RuleParams]) -> tuple[str, ...]:
    """Looking a class over takes 0.2 ms, and rules are read with each answer of a scan."""
    return tuple(item.name for item in fields(kind) if {int, float}.intersection((item.type, *get_args(item.type))))


def is_whom(name: str, groups: Groups) -> bool:
    """Whether it is a market, a group, or what may be a code."""
    return name in get_args(Market) or name in groups or _CODE.fullmatch(name) is not None


def _like(before: Any, value: float) -> Any:
    return int(value) if isinstance(before, int) and not isinstance(before, bool) else value
