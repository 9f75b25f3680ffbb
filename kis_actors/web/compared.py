"""A day under two settings, as two rows of marks: the alerts each would have raised."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kis_actors.alert_changes import moment_of
from kis_actors.commands.progress import seqs_of
from kis_actors.cores import CORES
from kis_actors.messages import NAMES, AlertDecided, RunStarted
from kis_actors.recovery import records_in
from kis_actors.settings import Settings
from kis_actors.settings_file import SettingsError, with_overrides
from kis_actors.texts import measured, rule_name
from kis_actors.web.asked import Refused
from kis_actors.web.jobs import Tell
from kis_actors.what_if import Change, alerts_of_each


def check_settings(path: Path, each: Sequence[Sequence[str]]) -> None:
    """Raises Refused with every problem of the settings, put over those of the day's first run."""
    runs = (record.event for record in records_in(path, types=[NAMES[RunStarted][0]]))
    settings = next((run.settings for run in runs if isinstance(run, RunStarted)), Settings())
    for overrides in each:
        try:
            with_overrides(settings, overrides)
        except SettingsError as error:
            raise Refused("; ".join(map(str, error.problems))) from None


def compared(path: Path, each: Sequence[Sequence[str]], tell: Tell) -> dict[str, Any]:
    """Of each: its settings and alerts, and of every alert whether the other has it too."""
    first, last = seqs_of(path)
    changed = [overrides for overrides in each if overrides]
    found = alerts_of_each(
        CORES, path, [_change(overrides) for overrides in changed], None,
        lambda seq: tell((seq - first) / max(1, last - first)),
    ) if changed else []  # fmt: skip
    runs = iter(found)
    alerts = [next(runs) if overrides else _recorded(path) for overrides in each]
    return {"rows": [
        {"settings": overrides, "alerts": [_mark(alert, others) for alert in own]}
        for overrides, own, others in zip(each, alerts, reversed(alerts), strict=True)
    ]}  # fmt: skip


def _change(overrides: Sequence[str]) -> Change:
    return lambda settings: with_overrides(settings, overrides)


def _recorded(path: Path) -> tuple[AlertDecided, ...]:
    events = (record.event for record in records_in(path, types=[NAMES[AlertDecided][0]]))
    return tuple(event for event in events if isinstance(event, AlertDecided))


def _mark(alert: AlertDecided, others: tuple[AlertDecided, ...]) -> dict[str, Any]:
    signal = alert.signal
    return {
        "code": signal.code, "name": signal.name, "at": signal.observed_at, "price": signal.price_won,
        "rule": {language: rule_name(signal, language) for language in ("ko", "en")},
        "measured": {language: measured(signal, None, language) for language in ("ko", "en")},
        "is_common": moment_of(signal) in {moment_of(other.signal) for other in others},
    }  # fmt: skip
