"""What people say to the daemon, and what of it holds: snoozes, mute and pause. Part of NotifyActor."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.messages import (
    CommandAccepted,
    CommandReceived,
    CommandRefused,
    Event,
    SessionClosed,
    UniverseLoaded,
)
from kis_actors.policies.commands import Asked, Misused, read

PER_MINUTE_MAX = 10
MINUTE_S = 60
TAKEN_MAX = 200
"""How many ids of updates are kept; Telegram repeats only the latest."""
TOO_MANY = f"more than {PER_MINUTE_MAX} commands within a minute"


class Heard(Struct, frozen=True):
    """A command that was answered. at: when it came."""

    person: str
    at: datetime


class Talk(Struct, frozen=True, kw_only=True):
    """names: of the watched stocks. taken: ids of the updates answered last, oldest first. recent: within a minute.

    snoozed: per code, until when nothing is told of it, None to the close. is_muted, muted_until: the same for all.
    is_paused: until /resume. refused_at: when somebody was last told that it is too much.
    """

    names: dict[str, str] = {}
    taken: tuple[int, ...] = ()
    recent: tuple[Heard, ...] = ()
    snoozed: dict[str, datetime | None] = {}
    is_muted: bool = False
    muted_until: datetime | None = None
    is_paused: bool = False
    refused_at: datetime | None = None

    @property
    def last_update_id(self) -> int:
        """The last update that was answered, 0 if none ever was."""
        return self.taken[-1] if self.taken else 0


def evolve(talk: Talk, event: Event, at: datetime | None) -> Talk:
    """What holds after `event`. at: what the clock last said."""
    match event:
        case UniverseLoaded():
            return replace(talk, names={stock.code: stock.name for stock in event.stocks})
        case CommandAccepted():
            return _accepted(_taken(talk, event, at), event)
        case CommandRefused():
            return _taken(talk, event, at)
        case SessionClosed():
            return _to_the_close(talk, at)
    return talk


def heard(talk: Talk, event: CommandReceived, at: datetime) -> tuple[CommandAccepted | CommandRefused, Misused | None]:
    """What is made of a command, and what is wrong with its words if anything is."""
    person, chat = event.person, event.chat
    if _is_too_many(talk, person, at):
        return _refused(event, TOO_MANY), None
    said = read(event.text or event.data, talk.names, at)
    if isinstance(said, Misused):
        return _refused(event, f"{said.trouble}: {said.name or said.word}"), said
    return _accepts(event, said, person, chat), None


def is_taken(talk: Talk, update_id: int) -> bool:
    """Whether that update was answered before."""
    return update_id in talk.taken


def is_refused_again(talk: Talk, at: datetime) -> bool:
    """Whether somebody was told already, a moment ago, that it is too much."""
    return talk.refused_at is not None and (at - talk.refused_at).total_seconds() < MINUTE_S


def why_quiet(talk: Talk, code: str, at: datetime) -> str:
    """Why a person does not want to hear of `code` now; "" if they do."""
    if talk.is_paused:
        return "paused until /resume"
    if talk.is_muted and _is_before(at, talk.muted_until):
        return f"muted until {_moment(talk.muted_until)}"
    if code in talk.snoozed and _is_before(at, talk.snoozed[code]):
        return f"snoozed until {_moment(talk.snoozed[code])}"
    return ""


def snoozed_now(talk: Talk, at: datetime) -> dict[str, datetime | None]:
    """The codes that are snoozed, and until when."""
    return {code: until for code, until in talk.snoozed.items() if _is_before(at, until)}


def is_muted_now(talk: Talk, at: datetime) -> bool:
    """Whether all codes are muted."""
    return talk.is_muted and _is_before(at, talk.muted_until)


def _accepts(event: CommandReceived, said: Asked, person: str, chat: str) -> CommandAccepted:
    return CommandAccepted(
        update_id=event.update_id, person=person, chat=chat, name=said.name, code=said.code, until=said.until,
        press_id=event.press_id,
    )  # fmt: skip


def _refused(event: CommandReceived, reason: str) -> CommandRefused:
    return CommandRefused(
        update_id=event.update_id, person=event.person, chat=event.chat, reason=reason, press_id=event.press_id
    )


def _is_too_many(talk: Talk, person: str, at: datetime) -> bool:
    lately = [one for one in talk.recent if one.person == person and (at - one.at).total_seconds() < MINUTE_S]
    return len(lately) >= PER_MINUTE_MAX


def _taken(talk: Talk, event: CommandAccepted | CommandRefused, at: datetime | None) -> Talk:
    talk = replace(talk, taken=(*talk.taken, event.update_id)[-TAKEN_MAX:])
    if at is None:
        return talk
    if isinstance(event, CommandRefused) and event.reason == TOO_MANY:
        return talk if is_refused_again(talk, at) else replace(talk, refused_at=at)
    recent = tuple(one for one in talk.recent if (at - one.at).total_seconds() < MINUTE_S)
    return replace(talk, recent=(*recent, Heard(event.person, at)))


def _accepted(talk: Talk, event: CommandAccepted) -> Talk:
    match event.name:
        case "snooze":
            return replace(talk, snoozed={**talk.snoozed, event.code: event.until})
        case "unsnooze":
            return replace(talk, snoozed={code: to for code, to in talk.snoozed.items() if code != event.code})
        case "mute" | "unmute":
            return replace(talk, is_muted=event.name == "mute", muted_until=event.until)
        case "pause" | "resume":
            return replace(talk, is_paused=event.name == "pause")
    return talk


def _to_the_close(talk: Talk, at: datetime | None) -> Talk:
    """The close ends what was asked for until then, and what is over anyway need not be kept."""
    still = {code: to for code, to in talk.snoozed.items() if to is not None and (at is None or at < to)}
    is_muted = talk.is_muted and talk.muted_until is not None
    return replace(talk, snoozed=still, is_muted=is_muted)


def _is_before(at: datetime, until: datetime | None) -> bool:
    return until is None or at < until


def _moment(until: datetime | None) -> str:
    return f"{until:%m-%d %H:%M:%S}" if until else "the close"
