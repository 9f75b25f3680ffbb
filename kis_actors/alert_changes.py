"""Two lists of alerts side by side: which are in both, and which appear, vanish or come at another moment; and why."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from kis_actors.messages import AlertDecided, AlertSuppressed, Record, SignalRaised
from kis_actors.rules import RULES
from kis_actors.signals.params import applies_to
from kis_actors.texts import SHOWN
from kis_actors.what_if import Nearest, Outcome, Silenced


class Moved(NamedTuple):
    """An alert that comes at another moment under other settings."""

    before: AlertDecided
    after: AlertDecided


class AlertChanges(NamedTuple):
    """What other settings would have done to the day's alerts."""

    appeared: tuple[AlertDecided, ...]
    vanished: tuple[AlertDecided, ...]
    moved: tuple[Moved, ...]
    same: int


def alert_changes(before: Iterable[AlertDecided], after: Iterable[AlertDecided]) -> AlertChanges:
    """What is in both at the same moment and price is the same; between two of those, the n-th alerts of a code by a
    rule are one that moved, and what is left over appeared or vanished."""
    before, after = tuple(before), tuple(after)
    common = {_moment(alert) for alert in before} & {_moment(alert) for alert in after}
    old, new = _numbered(before, common), _numbered(after, common)
    return AlertChanges(
        appeared=tuple(new[key] for key in new if key not in old),
        vanished=tuple(old[key] for key in old if key not in new),
        moved=tuple(Moved(old[key], new[key]) for key in old if key in new),
        same=sum(_moment(alert) in common for alert in before),
    )


def silenced_in(records: Iterable[Record]) -> tuple[Silenced, ...]:
    """The signals of a log that nobody was told of."""
    signals: dict[int, SignalRaised] = {}
    silenced = []
    for record in records:
        event = record.event
        if isinstance(event, SignalRaised):
            signals[record.seq] = event
        elif isinstance(event, AlertSuppressed) and event.signal_seq in signals:
            silenced.append(Silenced(signals[event.signal_seq], event.reason))
    return tuple(silenced)


def why_new(alert: AlertDecided, silenced: Iterable[Silenced]) -> str:
    """Why an alert comes that did not come on the day. silenced: on the day."""
    before = _silenced_then(alert.signal, silenced)
    return crossing(alert.signal) + (f"; on the day suppressed by the {before.reason}" if before else "")


def why_gone(alert: AlertDecided, outcome: Outcome) -> str:
    """Why an alert of the day does not come under other settings: the first of these that holds."""
    signal = alert.signal
    silenced = _silenced_then(signal, outcome.silenced)
    if silenced:
        return f"suppressed by the {silenced.reason}"
    return _not_watched(signal, outcome) or _not_reached(signal, outcome) or _not_again(signal, outcome)


def why_moved(moved: Moved, outcome: Outcome) -> str:
    """Why an alert comes at another moment, and by how much."""
    before, after = moved.before.signal, moved.after.signal
    late_s = round((after.observed_at - before.observed_at).total_seconds())
    when = f"{_span(abs(late_s))} {'later' if late_s > 0 else 'earlier'}" if late_s else "at another price"
    silenced = _silenced_then(before, outcome.silenced)
    at_first = f"; at {before.observed_at:%H:%M:%S} suppressed by the {silenced.reason}" if silenced else ""
    return f"{crossing(after)}, {when}{at_first}"


def crossing(signal: SignalRaised) -> str:
    """What made a signal, in the measure of its rule."""
    kind = signal.kind or signal.rule
    at = f"{signal.observed_at:%H:%M:%S}"
    if not _unit(kind):
        return f"held at {at}"
    if signal.rule != kind or kind != "disparity_threshold":
        return f"held at {at} (value {_shown(kind, signal.value)}, threshold {_shown(kind, signal.threshold)})"
    return f"crossed {_shown(kind, signal.threshold)} at {at} (value {_shown(kind, signal.value)})"


def _not_watched(signal: SignalRaised, outcome: Outcome) -> str:
    day = outcome.day
    if signal.rule not in day.rules:
        return f"there is no rule {signal.rule} under these settings"
    params = day.rules[signal.rule]
    if not applies_to(params, signal.code, day.markets.get(signal.code, signal.market), day.groups):
        return f"the rule {signal.rule} does not look at {signal.code} under these settings"
    return "" if params.alert else f"the rule {signal.rule} tells nobody under these settings"


def _not_reached(signal: SignalRaised, outcome: Outcome) -> str:
    kind, nearest = signal.kind or signal.rule, _nearest(signal, outcome)
    if nearest is None:
        return "the rule could judge no price of it under these settings"
    if nearest.distance <= 0:
        return ""
    if not _unit(kind):
        return "never held"
    value, threshold = _shown(kind, nearest.value), _shown(kind, nearest.threshold)
    return f"nearest value was {value} at {nearest.at:%H:%M:%S}, threshold now {threshold}"


def _not_again(signal: SignalRaised, outcome: Outcome) -> str:
    """The rule held on the day, but not in a way that counts."""
    params, nearest = outcome.day.rules[signal.rule], _nearest(signal, outcome)
    raised = [*(alert.signal for alert in outcome.alerts), *(one.signal for one in outcome.silenced)]
    earlier = [
        one.observed_at for one in raised
        if (one.code, one.rule) == (signal.code, signal.rule) and one.observed_at <= signal.observed_at
    ]  # fmt: skip
    if earlier:
        back = f"had not come back by {params.rearm_ratio:.2%} since"
        return f"counted already at {max(earlier):%H:%M:%S}, and {back}"
    if params.for_sec:
        return f"never held for {params.for_sec:g} s"
    return "was beyond the line at first sight" if nearest and nearest.is_moot else "held, but at no moment that counts"


def _nearest(signal: SignalRaised, outcome: Outcome) -> Nearest | None:
    return outcome.nearest.get(signal.code, {}).get(signal.rule)


def _silenced_then(signal: SignalRaised, silenced: Iterable[Silenced]) -> Silenced | None:
    """What silenced a signal of the same moment."""
    return next((one for one in silenced if _moment_of(one.signal) == _moment_of(signal)), None)


def _numbered(
    alerts: Iterable[AlertDecided], common: set[tuple[str, str, datetime, int]]
) -> dict[tuple[str, str, int, int], AlertDecided]:  # fmt: skip
    """Those that are not in both, by code, rule, how many of both came before, and their number since."""
    return dict(_keyed(alerts, common))


def _keyed(
    alerts: Iterable[AlertDecided], common: set[tuple[str, str, datetime, int]]
) -> Iterator[tuple[tuple[str, str, int, int], AlertDecided]]:  # fmt: skip
    passed: dict[tuple[str, str], tuple[int, int]] = {}
    for alert in alerts:
        whose = alert.signal.code, alert.signal.rule
        both, number = passed.get(whose, (0, 0))
        if _moment(alert) in common:
            passed[whose] = both + 1, 0
        else:
            passed[whose] = both, number + 1
            yield (*whose, both, number), alert


def _moment(alert: AlertDecided) -> tuple[str, str, datetime, int]:
    return _moment_of(alert.signal)


def _moment_of(signal: SignalRaised) -> tuple[str, str, datetime, int]:
    return signal.code, signal.rule, signal.observed_at, signal.price_won


def _shown(kind: str, value: float) -> str:
    return SHOWN[_unit(kind)](value, "en")


def _unit(kind: str) -> str:
    return str(RULES[kind].UNIT) if kind in RULES else ""


def _span(seconds: int) -> str:
    minutes, rest_s = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest_s, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
