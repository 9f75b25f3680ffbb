"""Which channels are told of what, and how loud."""

from datetime import datetime
from typing import Literal

from kis_actors.notify_settings import Notify, Route, Volume
from kis_actors.settings import Settings
from kis_actors.units import KST

Kind = Literal["signal", "operator", "summary", "reply"]


def channels_of(settings: Settings, is_dry_run: bool = False) -> tuple[str, ...]:
    """The channels to tell, in a fixed order; on a dry run only the log."""
    routes = routes_of(settings.notify)
    return tuple(name for name, route in routes.items() if route.enabled and (name == "log" or not is_dry_run))


def routes_of(notify: Notify) -> dict[str, Route]:
    """The settings of each channel, by its name."""
    return {
        "log": notify.log, "telegram": notify.telegram, "discord": notify.discord, "webhook": notify.webhook,
        "apprise": notify.apprise,
    }  # fmt: skip


def volume_of(notify: Notify, channel: str, kind: Kind, at: datetime) -> Volume:
    """How loud `channel` is told of something of this kind now. An answer is always on: somebody waits for it."""
    route = routes_of(notify)[channel]
    if kind == "reply":
        return "on"
    volume: Volume = {"signal": route.signal, "operator": route.operator, "summary": route.summary}[kind]
    return "silent" if volume == "on" and is_quiet(route.quiet, at) else volume


def is_quiet(span: str | None, at: datetime) -> bool:
    """Whether `at` is within a span of the day such as 22:00-07:00, which may go over midnight."""
    if span is None:
        return False
    begins, _, ends = span.partition("-")
    now = f"{at.astimezone(KST):%H:%M}"
    return begins <= now < ends if begins <= ends else now >= begins or now < ends
