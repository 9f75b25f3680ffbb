"""The questions to the channels that an alert or any other message makes. Part of NotifyActor."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from kis_actors.messages import AlertDecided, NotifyRequested, Picture, SignalRaised
from kis_actors.policies.loudness import Kind, channels_of, volume_of
from kis_actors.settings import Settings
from kis_actors.texts import alert_buttons, alert_text, rule_name

PICTURED = ("telegram", "discord")
CHAT = "telegram"
"""The channel that people talk back on."""


def requests_of(
    settings: Settings, alert_id: str, text: str, kind: Kind, at: datetime, *, is_dry_run: bool
) -> tuple[NotifyRequested, ...]:  # fmt: skip
    """The question to every channel that is on for this kind."""
    notify = settings.notify
    volumes = ((name, volume_of(notify, name, kind, at)) for name in channels_of(settings, is_dry_run))
    until = at + timedelta(seconds=notify.worth_sec)
    return tuple(
        NotifyRequested(
            alert_id=alert_id, channel=name, attempt=1, text=text, kind=kind, is_silent=volume == "silent", until=until
        )
        for name, volume in volumes if volume != "off"
    )  # fmt: skip


def requests_of_alert(settings: Settings, alert: AlertDecided, *, is_dry_run: bool) -> tuple[NotifyRequested, ...]:
    """The same for one alert, with what each channel can show besides the text."""
    text = alert_text(
        alert.signal, alert.alert_id, ma_days=settings.monitor.signal.ma_days, language=settings.notify.language
    )
    asked = requests_of(settings, alert.alert_id, text, "signal", alert.decided_at, is_dry_run=is_dry_run)
    return tuple(_furnished(settings, one, alert.signal) for one in asked)


def requests_of_reply(
    settings: Settings, update_id: int, chat: str, text: str, at: datetime, *, is_dry_run: bool
) -> tuple[NotifyRequested, ...]:  # fmt: skip
    """An answer goes only to the chat that asked."""
    asked = requests_of(settings, f"reply-{update_id}", text, "reply", at, is_dry_run=is_dry_run)
    return tuple(replace(one, chat=chat) for one in asked if one.channel == CHAT)


def _furnished(settings: Settings, asked: NotifyRequested, signal: SignalRaised) -> NotifyRequested:
    if asked.channel == "webhook":
        return replace(asked, facts=_facts(signal))
    if asked.channel == CHAT:
        asked = replace(asked, buttons=alert_buttons(signal.code, settings.notify.language))
    wants_picture = asked.channel in PICTURED and settings.notify.telegram.pictures
    return replace(asked, picture=_picture(signal, settings)) if wants_picture else asked


def _facts(signal: SignalRaised) -> tuple[tuple[str, str], ...]:
    names = ("code", "name", "market", "rule", "kind", "threshold", "value", "price_won", "change_ratio", "source")
    return (*((name, str(getattr(signal, name))) for name in names), ("observed_at", signal.observed_at.isoformat()))


def _picture(signal: SignalRaised, settings: Settings) -> Picture:
    at, average_won = signal.observed_at, signal.average_won
    is_against_average = not signal.kind or signal.kind == "near_threshold"
    threshold_won = average_won * (1 + signal.threshold) if is_against_average else 0.0
    return Picture(
        title=f"{signal.name} ({signal.code}) {rule_name(signal, settings.notify.language)}", line=signal.line,
        at_s=at.hour * 3600 + at.minute * 60 + at.second, price_won=signal.price_won,
        average_won=average_won if is_against_average else 0.0, threshold_won=threshold_won,
    )  # fmt: skip
