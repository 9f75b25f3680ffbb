"""Two lists of alerts side by side: which are in both, and which appear, vanish or come at another moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from kis_actors.messages import AlertDecided, SignalRaised

Moment = tuple[str, str, datetime, int]
"""Code, rule, when it was seen, and the price in won: what two alerts share that are the same."""

Stretch = tuple[str, str, int]
"""Code, rule, and how many alerts that are in both lists came before."""


class Moved(NamedTuple):
    """An alert that comes at another moment under other settings."""

    before: AlertDecided
    after: AlertDecided


class AlertChanges(NamedTuple):
    """What other settings would have done to the day's alerts; each part in the order of time."""

    appeared: tuple[AlertDecided, ...]
    vanished: tuple[AlertDecided, ...]
    moved: tuple[Moved, ...]
    same: int


def alert_changes(before: Iterable[AlertDecided], after: Iterable[AlertDecided]) -> AlertChanges:
    """An alert moved if, of the same code and rule, one is gone and another came, with no unchanged one in between.

    Where more are gone than came, or the other way round, those count as moved that are nearest in time.
    """
    before, after = tuple(before), tuple(after)
    common = {moment_of(alert.signal) for alert in before} & {moment_of(alert.signal) for alert in after}
    old, new = _stretches(before, common), _stretches(after, common)
    moved = [Moved(*pair) for key in old if key in new for pair in _paired(tuple(old[key]), tuple(new[key]))]
    stayed = {moment_of(alert.signal) for pair in moved for alert in pair} | common
    return AlertChanges(
        appeared=_in_time(alert for alert in after if moment_of(alert.signal) not in stayed),
        vanished=_in_time(alert for alert in before if moment_of(alert.signal) not in stayed),
        moved=tuple(sorted(moved, key=lambda pair: _seen_at(pair.before))),
        same=sum(moment_of(alert.signal) in common for alert in before),
    )


def moment_of(signal: SignalRaised) -> Moment:
    """What makes a signal itself and no other."""
    return signal.code, signal.rule, signal.observed_at, signal.price_won


def _stretches(alerts: Iterable[AlertDecided], common: set[Moment]) -> dict[Stretch, list[AlertDecided]]:
    """Those that are not in both lists, by where they are between those that are."""
    passed: dict[tuple[str, str], int] = {}
    stretches: dict[Stretch, list[AlertDecided]] = {}
    for alert in alerts:
        whose = alert.signal.code, alert.signal.rule
        if moment_of(alert.signal) in common:
            passed[whose] = passed.get(whose, 0) + 1
        else:
            stretches.setdefault((*whose, passed.get(whose, 0)), []).append(alert)
    return stretches


def _paired(old: tuple[AlertDecided, ...], new: tuple[AlertDecided, ...]) -> list[tuple[AlertDecided, AlertDecided]]:
    """As many pairs as the shorter list has, in order, and as near in time as can be."""
    if len(old) > len(new):
        return [(one, other) for other, one in _paired(new, old)]
    best: list[tuple[float, list[tuple[AlertDecided, AlertDecided]]]] = [(0.0, [])] * (len(new) + 1)
    for place, one in enumerate(old):
        row = [(float("inf"), best[0][1])] * (len(new) + 1)
        for end in range(place + 1, len(new) + 1):
            cost, pairs = best[end - 1]
            matched = cost + _apart_s(one, new[end - 1]), [*pairs, (one, new[end - 1])]
            row[end] = min(row[end - 1], matched, key=_cost)
        best = row
    return best[-1][1]


def _cost(found: tuple[float, object]) -> float:
    return found[0]


def _apart_s(one: AlertDecided, other: AlertDecided) -> float:
    return abs((_seen_at(one) - _seen_at(other)).total_seconds())


def _seen_at(alert: AlertDecided) -> datetime:
    return alert.signal.observed_at


def _in_time(alerts: Iterable[AlertDecided]) -> tuple[AlertDecided, ...]:
    return tuple(sorted(alerts, key=_seen_at))
