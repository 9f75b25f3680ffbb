"""The alerts of a log and what became of each on every channel, whichever message told it: its own, a digest, a recap.

Statuses: sent; pending (no outcome yet, held for a digest, or certain not to have arrived and to be tried again);
failed (certainly not delivered, and given up); unknown; suppressed (the channel is on, but is told of no signals).
"""

from collections.abc import Iterable
from typing import Any

from kis_actors.messages import (
    AlertDecided,
    DigestDecided,
    NotifyExpired,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    Record,
    RunStarted,
    SettingsChanged,
)
from kis_actors.policies.loudness import channels_of, routes_of, volume_of
from kis_actors.settings import Settings

TOLD_BY = (
    RunStarted, SettingsChanged, AlertDecided, DigestDecided, NotifyRequested, NotifySent, NotifyFailed, NotifyUnknown,
    NotifyExpired,
)  # fmt: skip
"""What is needed of a log."""

Alert = dict[str, Any]
Outcome = NotifyRequested | NotifySent | NotifyFailed | NotifyUnknown | NotifyExpired


def alerts_of(records: Iterable[Record]) -> list[Alert]:
    """Each alert as contract and scripts know it, with its `deliveries`, in the order of the log.

    attempts: of all messages that told it. told_in: the digest or recap that did last, "" for its own message.
    """
    ledger = Ledger()
    for record in records:
        ledger.note(record)
    return [{**alert, "deliveries": list(alert["deliveries"].values())} for alert in ledger.alerts.values()]


class Ledger:
    """alerts: by id, their deliveries by channel. Filled record by record."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}
        self._covered: dict[str, tuple[str, ...]] = {}
        self._settings = Settings()
        self._is_dry_run = False

    def note(self, record: Record) -> None:
        """What the record says of any alert."""
        match record.event:
            case RunStarted() as run:
                self._settings, self._is_dry_run = run.settings, run.dry_run
            case SettingsChanged() as changed:
                self._settings = changed.settings
            case AlertDecided() as decided:
                self.alerts[decided.alert_id] = _alert(record, decided)
                self._begin(decided.alert_id, record)
            case DigestDecided() as digest:
                for held in digest.alerts:
                    self._begin(held.alert_id, record)
            case NotifyRequested() | NotifySent() | NotifyFailed() | NotifyUnknown() | NotifyExpired() as said:
                self._told(said, record)

    def _begin(self, alert_id: str, record: Record) -> None:
        """Every channel that is on: told soon, or not of signals."""
        notify, told = self._settings.notify, channels_of(self._settings, self._is_dry_run)
        for name in [name for name, route in routes_of(notify).items() if route.enabled and alert_id in self.alerts]:
            is_off = name not in told or volume_of(notify, name, "signal", record.at) == "off"
            _set(self.alerts[alert_id], name, "suppressed" if is_off else "pending", record)

    def _told(self, said: Outcome, record: Record) -> None:
        if isinstance(said, NotifyRequested) and said.covers:
            self._covered[said.alert_id] = said.covers
        for alert_id in self._alerts_in(said.alert_id):
            delivery = _set(self.alerts[alert_id], said.channel, _status(said), record)
            delivery["attempts"] += isinstance(said, NotifyRequested)
            delivery["told_in"] = said.alert_id if said.alert_id != alert_id else ""

    def _alerts_in(self, message_id: str) -> tuple[str, ...]:
        """The alerts a message speaks of; a recap may speak of a digest."""
        if message_id in self.alerts:
            return (message_id,)
        return tuple(alert_id for one in self._covered.get(message_id, ()) for alert_id in self._alerts_in(one))


def _status(said: Outcome) -> str:
    match said:
        case NotifySent():
            return "sent"
        case NotifyUnknown():
            return "unknown"
        case NotifyExpired():
            return "failed"
        case NotifyFailed():
            return "pending" if said.retry_after_s >= 0 else "failed"
    return "pending"


def _set(alert: Alert, channel: str, status: str, record: Record) -> dict[str, Any]:
    unasked = {"channel": channel, "status": status, "attempts": 0, "at": record.at, "told_in": ""}
    delivery: dict[str, Any] = alert["deliveries"].setdefault(channel, unasked)
    delivery.update(status=status, at=record.at)
    return delivery


def _alert(record: Record, alert: AlertDecided) -> Alert:
    signal = alert.signal
    return {
        "alert_id": alert.alert_id, "code": signal.code, "name": signal.name, "rule": signal.rule,
        "threshold": signal.threshold, "value": signal.value, "price": signal.price_won,
        "observed_at": signal.observed_at, "seq": record.seq, "deliveries": {}, "kind": signal.kind or signal.rule,
        "signal": signal,
    }  # fmt: skip
