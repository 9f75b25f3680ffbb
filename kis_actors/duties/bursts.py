"""Many alerts at once, as when the whole market falls: a few are told one by one, the rest as one ranked digest."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.messages import AlertDecided, AlertHeld, ClockTicked, DigestDecided, Event, RunStarted, SettingsChanged
from kis_actors.notify_settings import Notify

HELD_MAX = 3000


class Bursts(Struct, frozen=True, kw_only=True):
    """told: when the latest alerts were told one by one. held: those that wait for the digest, due then."""

    settings: Notify = Notify()
    now: datetime | None = None
    told: tuple[datetime, ...] = ()
    held: tuple[AlertDecided, ...] = ()
    due: datetime | None = None

    def is_burst(self, now: datetime) -> bool:
        """Whether one more alert is to wait: as many as may were told lately, or others wait already."""
        recent = [at for at in self.told if (now - at).total_seconds() < self.settings.burst_sec]
        return bool(self.held) or len(recent) >= self.settings.burst_alerts


def evolve(bursts: Bursts, event: Event) -> Bursts:
    """What is held after `event`."""
    match event:
        case ClockTicked():
            return replace(bursts, now=event.now)
        case RunStarted() | SettingsChanged():
            return replace(bursts, settings=event.settings.notify)
        case AlertDecided():
            return replace(bursts, told=(*bursts.told, event.decided_at)[-bursts.settings.burst_alerts :])
        case AlertHeld():
            return _held(bursts, event)
        case DigestDecided():
            return replace(bursts, held=(), due=None)
    return bursts


def digest_due(bursts: Bursts, event: Event) -> tuple[DigestDecided, ...]:
    """The digest, once the burst has lasted as long as one is gathered."""
    if not isinstance(event, ClockTicked) or bursts.now is None or bursts.due is None or bursts.now < bursts.due:
        return ()
    ranked = sorted(bursts.held, key=lambda alert: (-_beyond(alert), alert.signal.code))
    digest_id = f"digest-{bursts.held[0].alert_id}"
    return (DigestDecided(digest_id=digest_id, alerts=tuple(ranked[:HELD_MAX])),)


def _held(bursts: Bursts, event: AlertHeld) -> Bursts:
    due = bursts.due or event.alert.decided_at + timedelta(seconds=bursts.settings.burst_sec)
    return replace(bursts, held=(*bursts.held, event.alert)[-HELD_MAX:], due=due)


def _beyond(alert: AlertDecided) -> float:
    """How far beyond its line a signal is, relative to the line."""
    signal = alert.signal
    return abs(signal.value - signal.threshold) / abs(signal.threshold) if signal.threshold else abs(signal.value)
