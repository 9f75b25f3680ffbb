"""Why an alert of a day comes, goes or moves under other settings, in words, from what a run under them noted."""

from collections.abc import Iterable
from datetime import datetime

from kis_actors.alert_changes import Moved, moment_of
from kis_actors.messages import AlertDecided, AlertSuppressed, Record, SignalRaised
from kis_actors.rules import RULES, disparity_threshold
from kis_actors.signals.params import applies_to
from kis_actors.signals.sight import Reading
from kis_actors.texts import SHOWN
from kis_actors.what_if import Outcome, Silenced
from kis_actors.witness import Price, Then


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
    if kind != disparity_threshold.NAME:
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
    """The rule did not hold then; and how near it came over the day."""
    then, nearest = _then(signal, outcome), outcome.notes.nearest.get(signal.code, {}).get(signal.rule)
    kind = signal.kind or signal.rule
    if nearest is None:
        return "the rule could judge no price of it under these settings"
    if then is None:
        return "the rule does not judge that price under these settings"
    if then.reading.is_moot:
        return f"beyond the line itself by then: {_against_line(kind, then.reading)}"
    if then.reading.holds:
        return ""
    if not _unit(kind):
        return "did not hold then"
    best = nearest.reading.value
    of_day = f"; nearest of the day {_shown(kind, best)} at {nearest.at:%H:%M:%S}" if best != then.reading.value else ""
    return f"{_against_line(kind, then.reading)}{of_day}"


def _not_again(signal: SignalRaised, outcome: Outcome) -> str:
    """The rule held, but not in a way that counts."""
    params, then = outcome.day.rules[signal.rule], _then(signal, outcome)
    if then is None or then.is_armed:
        return f"had to hold for {params.for_sec:g} s, and did not" if params.for_sec else "held, and did not count"
    before = [one for one in _raised(signal, outcome) if one <= signal.observed_at]
    counted = f"counted already at {max(before):%H:%M:%S}" if before else "had counted already"
    return f"{counted}, and the price had not come back by {params.rearm_ratio:.2%} since"


def _raised(signal: SignalRaised, outcome: Outcome) -> list[datetime]:
    """When the rule counted for the code."""
    signals = (*(alert.signal for alert in outcome.alerts), *(one.signal for one in outcome.silenced))
    return [one.observed_at for one in signals if (one.code, one.rule) == (signal.code, signal.rule)]


def _against_line(kind: str, reading: Reading) -> str:
    return f"value then {_shown(kind, reading.value)}, threshold now {_shown(kind, reading.threshold)}"


def _then(signal: SignalRaised, outcome: Outcome) -> Then | None:
    return outcome.notes.then.get(price_of(signal), {}).get(signal.rule)


def price_of(signal: SignalRaised) -> Price:
    """What made the signal."""
    return signal.code, signal.observed_at, signal.price_won


def _silenced_then(signal: SignalRaised, silenced: Iterable[Silenced]) -> Silenced | None:
    """What silenced a signal of the same moment."""
    return next((one for one in silenced if moment_of(one.signal) == moment_of(signal)), None)


def _shown(kind: str, value: float) -> str:
    return SHOWN[_unit(kind)](value, "en")


def _unit(kind: str) -> str:
    return str(RULES[kind].UNIT) if kind in RULES else ""


def _span(seconds: int) -> str:
    minutes, rest_s = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest_s, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"
