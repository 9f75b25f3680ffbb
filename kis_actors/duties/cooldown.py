"""The quiet after an alert, per code and rule. Part of NotifyActor."""

from datetime import datetime, timedelta

from msgspec import Struct

from kis_actors.messages import AlertDecided, SignalRaised


class LastAlert(Struct, frozen=True):
    """The last alert of one code by one rule; its cooldown, of so many seconds, runs from `at`."""

    code: str
    rule: str
    at: datetime
    cooldown_s: float = 0.0

    @property
    def quiet_until(self) -> datetime:
        """When the next may come."""
        return self.at + timedelta(seconds=self.cooldown_s)


LastAlerts = dict[str, LastAlert]
"""By code and rule."""


def cooldown_s_of(signal: SignalRaised, usual_s: float) -> float:
    """The rule's own, or the usual."""
    return usual_s if signal.cooldown_s is None else signal.cooldown_s


def with_alert(last_alerts: LastAlerts, alert: AlertDecided, usual_s: float) -> LastAlerts:
    """Begins the quiet of this alert."""
    signal = alert.signal
    last = LastAlert(signal.code, signal.rule, alert.decided_at, cooldown_s_of(signal, usual_s))
    return {**last_alerts, f"{signal.code} {signal.rule}": last}


def why_cooling(last_alerts: LastAlerts, signal: SignalRaised, usual_s: float, at: datetime) -> str:
    """Why nobody is told of `signal` so soon; "" if they are."""
    last, cooldown_s = last_alerts.get(f"{signal.code} {signal.rule}"), cooldown_s_of(signal, usual_s)
    if last is None or (at - last.at).total_seconds() >= cooldown_s:
        return ""
    return f"cooldown: last alert at {last.at:%H:%M:%S}, quiet for {cooldown_s:g} s"
