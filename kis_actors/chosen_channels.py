"""Which channels the settings switch on, made from their keys."""

from collections.abc import Callable, Mapping
from typing import Protocol

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Http
from kis_actors.channels.apprise import AppriseChannel
from kis_actors.channels.discord import DiscordChannel
from kis_actors.channels.log import LogChannel
from kis_actors.channels.picture import painter
from kis_actors.channels.telegram import TelegramChannel
from kis_actors.channels.webhook import WebhookChannel
from kis_actors.credentials import Credentials
from kis_actors.policies.loudness import channels_of
from kis_actors.ports import Channel
from kis_actors.settings import Settings


class Chosen(Protocol):
    """What they are made from."""

    @property
    def settings(self) -> Settings:
        """Which, and how."""

    @property
    def credentials(self) -> Credentials:
        """What opens them."""

    @property
    def clock(self) -> Clock:
        """What they pace themselves by."""

    @property
    def is_dry_run(self) -> bool:
        """Whether only the console is told."""

    @property
    def write(self) -> Callable[[str], None]:
        """Where the console's lines go."""


def channels_for(parts: Chosen) -> tuple[Channel, ...]:
    """The channels of a run, in a fixed order."""
    return tuple(MAKERS[name](parts) for name in channels_of(parts.settings, parts.is_dry_run))


def _telegram(parts: Chosen) -> Channel:
    telegram, keys = parts.settings.notify.telegram, parts.credentials
    return TelegramChannel(
        telegram.api_url, keys.telegram_bot_token, keys.telegram_chat_id, _http(parts),
        draw=painter() if telegram.pictures else None, per_sec=telegram.per_sec, per_min=telegram.per_min,
        clock=parts.clock, people=keys.telegram_people if telegram.talk_back else (),
    )  # fmt: skip


def _webhook(parts: Chosen) -> Channel:
    return WebhookChannel(
        parts.credentials.webhook_url, parts.credentials.webhook_secret, _http(parts), clock=parts.clock
    )  # fmt: skip


def _http(parts: Chosen) -> Http:
    """One a channel: a connection is not shared between threads."""
    return Http(parts.settings.notify.timeout_sec)


MAKERS: Mapping[str, Callable[[Chosen], Channel]] = {
    "log": lambda parts: LogChannel(parts.write),
    "telegram": _telegram,
    "discord": lambda parts: DiscordChannel(parts.credentials.discord_webhook_url, _http(parts), draw=painter()),
    "webhook": _webhook,
    "apprise": lambda parts: AppriseChannel(parts.credentials.apprise_urls),
}
