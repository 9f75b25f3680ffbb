"""The alerts of a day with what became of each on every channel, as `kis-actors alerts --json` shows them."""

from collections.abc import Iterable
from typing import Any

from kis_actors.messages import (
    NAMES,
    AlertDecided,
    Event,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
)

STATUSES: dict[type[Event], str] = {
    NotifyRequested: "pending", NotifySent: "sent", NotifyFailed: "failed", NotifyUnknown: "unknown",
}  # fmt: skip
TYPES = (NAMES[AlertDecided][0], *(NAMES[kind][0] for kind in STATUSES))
"""The events that tell of alerts."""


def alerts_in(records: Iterable[Record]) -> list[dict[str, Any]]:
    """The alerts among records of TYPES, each with a key "signal" besides what `--json` shows."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        if isinstance(record.event, AlertDecided):
            found[record.event.alert_id] = _alert(record, record.event)
        elif alert := found.get(getattr(record.event, "alert_id", "")):
            _note_delivery(alert, record)
    for alert in found.values():
        alert["deliveries"] = list(alert["deliveries"].values())
    return list(found.values())


def _alert(record: Record, alert: AlertDecided) -> dict[str, Any]:
    signal = alert.signal
    return {
        "alert_id": alert.alert_id, "code": signal.code, "name": signal.name, "rule": signal.rule,
        "threshold": signal.threshold, "value": signal.value, "price": signal.price_won,
        "observed_at": signal.observed_at, "seq": record.seq, "deliveries": {}, "kind": signal.kind or signal.rule,
        "signal": signal,
    }  # fmt: skip


def _note_delivery(alert: dict[str, Any], record: Record) -> None:
    event: Any = record.event
    alert["deliveries"][event.channel] = {
        "channel": event.channel, "status": STATUSES[type(event)], "attempts": event.attempt, "at": record.at,
    }  # fmt: skip
