"""The settings of the ways to a person: which there are, how loud each is, and when a message is worth telling."""

from typing import Annotated, Literal

from msgspec import Meta

from kis_actors.section import Section

Volume = Literal["on", "silent", "off"]
TimeSpan = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="a span of the day, KST", examples=["22:00-07:00"],
    ),
]  # fmt: skip


class Route(Section):
    """One way to a person, and how loud it is for signals, messages about the daemon itself, and summaries.

    quiet: a span of the day, KST, in which what would be on is silent.
    """

    enabled: bool = False
    signal: Volume = "on"
    operator: Volume = "on"
    summary: Volume = "on"
    quiet: TimeSpan | None = None


class Telegram(Route):
    """Telegram; bot token and chat id come from the environment.

    pictures: a chart with each signal, if Pillow is installed.
    per_sec, per_min: messages Telegram takes in one chat, and in a group.
    talk_back: people in TELEGRAM_USER_IDS, or the one in a private chat, may ask and command by messages to the bot.
    """

    api_url: str = "https://api.telegram.org"
    pictures: bool = False
    per_sec: float = 1.0
    per_min: int = 20
    talk_back: bool = True


class Discord(Route):
    """Discord; the webhook's address, a secret, comes from the environment."""


class Webhook(Route):
    """Any address that takes signed JSON; it and the secret that signs come from the environment."""


class Apprise(Route):
    """Whatever else the package apprise reaches; its addresses, which are secrets, come from the environment."""


class Log(Route):
    """Alerts as lines on the console."""

    enabled: bool = True


class Notify(Section):
    """The ways to tell a person. language: of alerts.

    worth_sec: an alert that could not be told for so long is only recapped.
    burst_alerts: more of them within burst_sec become one digest.
    operator_per_hour: messages about the daemon itself; more of them are for the log alone.
    dead_man_sec: how often the address in DEAD_MAN_URL is called while all is well.
    """

    language: Literal["ko", "en"] = "ko"
    timeout_sec: float = 10.0
    worth_sec: float = 600.0
    burst_alerts: int = 5
    burst_sec: float = 30.0
    operator_per_hour: int = 12
    dead_man_sec: float = 60.0
    telegram: Telegram = Telegram()
    discord: Discord = Discord()
    webhook: Webhook = Webhook()
    apprise: Apprise = Apprise()
    log: Log = Log()
