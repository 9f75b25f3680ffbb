"""The test message of `init`, by the channels as the daemon would send it, and the chat that wrote to the bot."""

from collections.abc import Callable
from typing import Any, NamedTuple

import click

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Http, HttpTrouble
from kis_actors.chosen_channels import channels_for
from kis_actors.credentials import Credentials, redactor
from kis_actors.messages import NotifyRequested
from kis_actors.printable import plain
from kis_actors.settings import Settings

TEXTS = {
    "ko": "kis-actors 시험 메시지입니다. 알림이 여기로 옵니다.",
    "en": "A test message of kis-actors. Alerts come here.",
}
ADVICE = {
    "failed": "check the values you gave, and run `kis-actors init` again",
    "unknown": "look whether it arrived; if not, check the network and run `kis-actors init` again",
}


class Chosen(NamedTuple):
    """What channels are made from."""

    settings: Settings
    credentials: Credentials
    clock: Clock
    is_dry_run: bool
    write: Callable[[str], None]


def send_test(settings: Settings, credentials: Credentials) -> bool:
    """Sends one message by each channel but the console and says what became of it; whether all were sent."""
    chosen, redact = Chosen(settings, credentials, Clock(settings.clock), False, click.echo), redactor(credentials)
    are_sent = True
    for channel in channels_for(chosen):
        if channel.name == "log":
            continue
        question = NotifyRequested(
            alert_id="test", channel=channel.name, attempt=1, text=TEXTS[settings.notify.language], kind="operator"
        )  # fmt: skip
        outcome = channel.send(question)
        are_sent &= outcome.status == "sent"
        said = "sent" if outcome.status == "sent" else f"{_said(outcome.status)}: {redact(plain(outcome.reason))}"
        click.echo(f"{channel.name:<10} {said}{f'; {ADVICE[outcome.status]}' if outcome.status in ADVICE else ''}")
    return are_sent


def _said(status: str) -> str:
    return "not sent" if status == "failed" else "perhaps sent"


def chat_of_bot(api_url: str, token: str, timeout_s: float) -> str:
    """The private chat that wrote to the bot last; "" if none did, which is said with what to do."""
    http = Http(timeout_s)
    try:
        answer = http.call("POST", f"{api_url.rstrip('/')}/bot{token}/getUpdates", json={"timeout": 0})
    except HttpTrouble as trouble:
        click.echo(f"     Telegram does not answer: {trouble.reason}; type the chat id, or end with Ctrl-C", err=True)
        return ""
    updates = answer.body.get("result")
    chats = [chat for update in updates if (chat := _chat_in(update))] if isinstance(updates, list) else []
    if not chats:
        why = "nobody wrote to it yet" if answer.status == 200 else f"HTTP {answer.status}"
        click.echo(f"     no chat found ({why}); open the bot in Telegram, send it a word, press Enter here", err=True)
        return ""
    chat_id, who = chats[-1]
    click.echo(f"     found {chat_id}, the chat with {plain(who) or 'somebody without a name'}")
    return chat_id


def _chat_in(update: Any) -> tuple[str, str] | None:
    """The private chat that an update comes from, and who writes there."""
    message = update.get("message") if isinstance(update, dict) else None
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or chat.get("type") != "private" or type(chat.get("id")) is not int:
        return None
    return str(chat["id"]), str(chat.get("first_name") or chat.get("username") or "")[:60]
