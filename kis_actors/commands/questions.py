"""The five questions of `init`: what was given with the command is taken, the rest is asked until it can be used.

Shows no secret, not even a wrong one.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import click

from kis_actors.credentials import VARIABLES

FILE_CHARS_MAX = 10_000
KIS = ("app_key", "app_secret")
TELEGRAM = ("telegram_bot_token", "telegram_chat_id")
DISCORD = ("discord_webhook_url",)
PRIVATE = (*KIS, "telegram_bot_token", *DISCORD)
"""What is never shown, and so is not on a command line either."""
FORMS: Mapping[str, tuple[str, str]] = {
    "app_key": (r"[!-~]+", "printable ASCII without spaces"),
    "app_secret": (r"[!-~]+", "printable ASCII without spaces"),
    "telegram_bot_token": (r"\d+:[\w-]+", "a number, a colon and letters, as @BotFather shows it"),
    "telegram_chat_id": (r"-?\d+|@\w+", "a number (of a group: with - before it) or @name"),
    "discord_webhook_url": (r"https?://[^\s/]+/[!-~]+", "https://discord.com/api/webhooks/NUMBER/TOKEN"),
}
ACCOUNTS, MODES = ("real", "paper"), ("A", "B")


class Unusable(Exception):
    """An answer cannot be used, or there is none. Says what was expected and what to do; never shows a secret."""


class Given(NamedTuple):
    """What came with the command; None where nothing did. files: that hold one secret each, by its name."""

    account: str | None
    mode: str | None
    telegram_chat_id: str | None
    files: Mapping[str, Path]
    is_without_telegram: bool
    is_without_discord: bool


class Answers(NamedTuple):
    """All that `init` needs. credentials: by their names, only those that were given or asked for."""

    account: str
    mode: str
    credentials: Mapping[str, str]

    @property
    def has_telegram(self) -> bool:
        """Whether alerts go there."""
        return all(self.credentials.get(name) for name in TELEGRAM)

    @property
    def has_discord(self) -> bool:
        """Whether alerts go there."""
        return all(self.credentials.get(name) for name in DISCORD)


class Interview:
    """One run through the questions. kept: what a set-up before this one has, by account; "" keeps it when asked.

    find_chat: gives the id of a chat that wrote to the bot with this token, "" if it found none.
    """

    def __init__(
        self, given: Given, environ: Mapping[str, str], kept: Callable[[str], Mapping[str, str]], usual: Answers, *,
        is_asking: bool, find_chat: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._given = given
        self._environ = environ
        self._kept = kept
        self._usual = usual
        self._is_asking = is_asking
        self._find_chat = find_chat
        self._before: Mapping[str, str] = {}

    def answers(self) -> Answers:
        """Asks what has to be asked. Raises Unusable, or click.Abort when the person ends it."""
        self._say("1/5  The account: real, or paper (KIS's play account: 40 codes at most, one call a second)")
        account = self._one_of("account", ACCOUNTS, self._given.account, self._usual.account)
        self._before = self._kept(account)
        self._say("2/5  The app key and secret of that account, from https://apiportal.koreainvestment.com")
        found = {name: self._needed(name) for name in KIS}
        self._say("3/5  Telegram: alerts from a bot of your own, which @BotFather makes. Empty: none")
        found |= {} if self._given.is_without_telegram else self._telegram()
        self._say("4/5  Discord: alerts by a webhook (channel settings, integrations). Empty: none")
        found |= {} if self._given.is_without_discord else {name: self._optional(name) for name in DISCORD}
        self._say("5/5  The mode. A: scans every 60 s, follows 20 codes live; B: every 30 s, 40 codes, more rules")
        mode = self._one_of("mode", MODES, self._given.mode, self._usual.mode)
        return Answers(account, mode, {name: value for name, value in found.items() if value})

    def _telegram(self) -> dict[str, str]:
        token = self._optional("telegram_bot_token")
        if not token:
            return {}
        chat_id = self._brought("telegram_chat_id")
        if not chat_id and self._is_asking:
            self._say("     The chat to write to. Empty: write anything to your bot now, and it is found")
            chat_id = self._asked("telegram_chat_id", otherwise=lambda: self._find_chat(token))
        chat_id = chat_id or self._before.get("telegram_chat_id", "")
        if not chat_id:
            raise Unusable(f"no chat for the Telegram bot; give --telegram-chat-id or {VARIABLES['telegram_chat_id']}")
        return {"telegram_bot_token": token, "telegram_chat_id": chat_id}

    def _needed(self, name: str) -> str:
        value = self._optional(name)
        if not value:
            what = f"give --{name.replace('_', '-')}-file FILE, or set {VARIABLES[name]}"
            raise Unusable(f"no {words(name)}; {what}, or run init on a terminal without --yes")
        return value

    def _optional(self, name: str) -> str:
        """A value that was brought along, asked for, or kept; "" for none."""
        kept = self._before.get(name, "")
        value = self._brought(name)
        if value or not self._is_asking:
            return value or kept
        return self._asked(name, otherwise=lambda: kept, is_needed=name in KIS)

    def _brought(self, name: str) -> str:
        """From a file or an option, or else from the environment. Raises Unusable."""
        if name in self._given.files:
            return usable(name, _content(self._given.files[name]))
        said = self._given.telegram_chat_id if name == "telegram_chat_id" else None
        value = said or self._environ.get(VARIABLES[name], "").strip()
        if value and not said:
            self._say(f"     {words(name)}: taken from {VARIABLES[name]}")
        return usable(name, value) if value else ""

    def _asked(self, name: str, *, otherwise: Callable[[], str], is_needed: bool = True) -> str:
        """Asks until the answer can be used. otherwise: what an empty one means."""
        before = " (Enter keeps the one there is)" if self._before.get(name) else ""
        hidden = " (not shown)" if name in PRIVATE else ""
        while True:
            text = click.prompt(
                f"     {words(name)}{hidden}{before}", default="", show_default=False, hide_input=name in PRIVATE
            ).strip()  # fmt: skip
            try:
                value = usable(name, text) if text else otherwise()
            except Unusable as error:
                click.echo(f"     {error}", err=True)
                continue
            if value or not is_needed:
                return value
            click.echo(f"     expected {FORMS[name][1]}, found nothing; copy it, or end with Ctrl-C", err=True)

    def _one_of(self, name: str, known: tuple[str, ...], given: str | None, usual: str) -> str:
        if given or not self._is_asking:
            return given or usual
        return str(click.prompt(f"     {name}", default=usual, type=click.Choice(known, case_sensitive=False)))

    def _say(self, line: str) -> None:
        if self._is_asking:
            click.echo(line)


def usable(name: str, value: str) -> str:
    """`value`, if it looks like what it should be. Raises Unusable, which shows it only if it is no secret."""
    form, expected = FORMS[name]
    if re.fullmatch(form, value):
        return value
    found = "something else" if name in PRIVATE else repr(value[:40])
    raise Unusable(f"{words(name)}: expected {expected}, found {found}; copy it again, whole")


def words(name: str) -> str:
    """A credential's name for people."""
    text = name.replace("_", " ").replace("url", "URL")
    return text[0].upper() + text[1:]


def _content(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(FILE_CHARS_MAX).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise Unusable(f"{path} cannot be read: {reason}; name a file that holds this one secret and no more") from None
