"""What NotifyActor answers in a chat, out of what it knows itself. Part of NotifyActor."""

from datetime import datetime
from typing import NamedTuple

from kis_actors.duties import talk
from kis_actors.duties.condition import Condition
from kis_actors.duties.cooldown import LastAlert
from kis_actors.duties.talk import Talk
from kis_actors.messages import CommandAccepted, CommandRefused, ReplyGiven, SignalRaised
from kis_actors.policies.commands import Misused
from kis_actors.policies.registrations import followed_max
from kis_actors.reply_texts import (
    Status,
    alerts_text,
    done_text,
    held_back_text,
    help_text,
    last_alert_text,
    misused_text,
    quiet_texts,
    status_text,
    too_many_text,
)
from kis_actors.settings import Settings

ANSWERED_BY_OTHERS = ("near", "subs", "pin", "unpin", "why")


class Known(NamedTuple):
    """What answers are made of, at one moment. undelivered: messages without an end."""

    settings: Settings
    talk: Talk
    condition: Condition
    signals: tuple[SignalRaised, ...]
    suppressed: int
    undelivered: int
    last_alerts: tuple[LastAlert, ...]
    at: datetime


def answer(heard: CommandAccepted | CommandRefused, misused: Misused | None, known: Known) -> str:
    """What to say to a command; "" if another actor does, or nobody."""
    language = known.settings.notify.language
    if misused:
        return misused_text(misused, language)
    if isinstance(heard, CommandRefused):
        return "" if talk.is_refused_again(known.talk, known.at) else too_many_text(talk.PER_MINUTE_MAX, language)
    match heard.name:
        case "help":
            return help_text(language)
        case "status":
            return status_text(_status(known), language)
        case "alerts":
            return alerts_text(known.signals, known.suppressed, language)
        case name if name in ANSWERED_BY_OTHERS:
            return ""
    return done_text(heard, known.talk.names.get(heard.code, heard.code), language)


def completed(reply: ReplyGiven, known: Known) -> str:
    """What another actor answers, and what keeps a person from hearing of the code it is about."""
    if not reply.code:
        return reply.text
    language, at = known.settings.notify.language, known.at
    lasts = [last for last in known.last_alerts if last.code == reply.code]
    lines = [last_alert_text(last.rule, last.at, _ahead(last.quiet_until, at), language) for last in lasts]
    if reason := talk.why_quiet(known.talk, reply.code, at):
        lines.append(held_back_text(reason, language))
    return "\n".join((reply.text, *lines))


def reminders(known: Known) -> tuple[str, ...]:
    """What is not told on request."""
    quiet, at = known.talk, known.at
    return quiet_texts(
        is_paused=quiet.is_paused, is_muted=talk.is_muted_now(quiet, at), muted_until=quiet.muted_until,
        snoozed=talk.snoozed_now(quiet, at), names=quiet.names, language=known.settings.notify.language,
    )  # fmt: skip


def _status(known: Known) -> Status:
    of = known.condition
    return Status(
        closes=of.closes, scanned_at=of.scanned_at, quoted=of.quoted, failed=of.failed, link=of.link, live=len(of.live),
        slots=followed_max(known.settings), is_safe=of.is_safe, is_degraded=of.is_degraded, alerts=len(known.signals),
        suppressed=known.suppressed, undelivered=known.undelivered, quiet=reminders(known),
    )  # fmt: skip


def _ahead(until: datetime, at: datetime) -> datetime | None:
    return until if at < until else None
