"""What people are to be told, from the request to its outcome: one try per request, and what became of each.

Certainly not delivered and worth another try: asked again later. Nobody knows: repeated once, marked. Not worth
sending any more: recapped, once the channel works again.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.messages import (
    ClockTicked,
    Event,
    NotifyExpired,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    RunStarted,
    SettingsChanged,
)
from kis_actors.policies.loudness import volume_of
from kis_actors.settings import Settings
from kis_actors.texts import recap_text, repeated

RETRY_S_MAX = 60.0
"""The longest wait of our own; a channel may ask for more."""
EXPIRED_MAX = 1000
TITLE_CHARS_MAX = 80


class Waiting(Struct, frozen=True):
    """A message that certainly did not arrive, and when it is asked for again."""

    asked: NotifyRequested
    due: datetime


class Outbox(Struct, frozen=True, kw_only=True):
    """open: questions without an outcome, by alert and channel. waiting: to be asked again. expired: for the recap."""

    settings: Settings = Settings()
    now: datetime | None = None
    open: dict[str, NotifyRequested] = {}
    waiting: dict[str, Waiting] = {}
    expired: tuple[NotifyRequested, ...] = ()


def evolve(outbox: Outbox, event: Event) -> Outbox:
    """The outbox after `event`."""
    match event:
        case ClockTicked():
            return replace(outbox, now=event.now)
        case RunStarted() | SettingsChanged():
            return replace(outbox, settings=event.settings)
        case NotifyRequested():
            return _asked(outbox, event)
        case NotifySent():
            return _settled(outbox, event)
        case NotifyFailed():
            return _failed(outbox, event)
        case NotifyUnknown():
            asked = outbox.open.get(key_of(event))
            return _settled(outbox, event) if asked and (asked.is_repeat or not _is_worth(outbox, asked)) else outbox
        case NotifyExpired():
            return _expired(outbox, event)
    return outbox


def repeat(outbox: Outbox, event: Event) -> tuple[Event, ...]:
    """A message in doubt once more, and marked; also what the run before left without an outcome."""
    match event:
        case NotifyUnknown():
            return _repeat(outbox, outbox.open.get(key_of(event)))
        case RunStarted():
            in_doubt = [asked for asked in event.in_doubt if outbox.open.get(key_of(asked)) == asked]
            return tuple(made for asked in in_doubt for made in (_doubt(asked), *_repeat(outbox, asked)))
    return ()


def ask_again(outbox: Outbox, event: Event) -> tuple[Event, ...]:
    """What may be tried again now; what is not worth it any more has expired."""
    now = outbox.now
    if not isinstance(event, ClockTicked) or now is None:
        return ()
    due = [waiting.asked for waiting in outbox.waiting.values() if waiting.due <= now]
    return tuple(
        replace(asked, attempt=asked.attempt + 1) if _is_worth(outbox, asked)
        else NotifyExpired(alert_id=asked.alert_id, channel=asked.channel, title=_title(asked))
        for asked in due
    )  # fmt: skip


def recap(outbox: Outbox, event: Event) -> tuple[NotifyRequested, ...]:
    """A channel works again: what expired on it meanwhile, in one message."""
    if not isinstance(event, NotifySent):
        return ()
    missed = [asked for asked in outbox.expired if asked.channel == event.channel]
    if not missed:
        return ()
    text = recap_text(tuple(map(_title, missed)), outbox.settings.notify.language)
    return (NotifyRequested(
        alert_id=f"recap-{event.alert_id}", channel=event.channel, attempt=1, text=text, kind="summary",
        covers=tuple(asked.alert_id for asked in missed),
        is_silent=not any(_is_loud(outbox, asked) for asked in missed),
    ),)  # fmt: skip


def key_of(event: NotifyRequested | NotifySent | NotifyFailed | NotifyUnknown | NotifyExpired) -> str:
    """A message has one way through each channel, however many tries it takes."""
    return f"{event.alert_id} {event.channel}"


def _asked(outbox: Outbox, event: NotifyRequested) -> Outbox:
    key = key_of(event)
    waiting = {other: held for other, held in outbox.waiting.items() if other != key}
    expired = tuple(
        asked for asked in outbox.expired if asked.channel != event.channel or asked.alert_id not in event.covers
    )  # fmt: skip
    return replace(outbox, open={**outbox.open, key: event}, waiting=waiting, expired=expired)


def _settled(outbox: Outbox, event: NotifySent | NotifyFailed | NotifyUnknown) -> Outbox:
    key = key_of(event)
    return replace(outbox, open={other: asked for other, asked in outbox.open.items() if other != key})


def _failed(outbox: Outbox, event: NotifyFailed) -> Outbox:
    asked = outbox.open.get(key_of(event))
    outbox = _settled(outbox, event)
    if asked is None or event.retry_after_s < 0 or outbox.now is None:
        return outbox
    wait_s = max(event.retry_after_s, min(2.0 ** min(asked.attempt, 10), RETRY_S_MAX))
    due = outbox.now + timedelta(seconds=wait_s)
    return replace(outbox, waiting={**outbox.waiting, key_of(event): Waiting(asked, due)})


def _expired(outbox: Outbox, event: NotifyExpired) -> Outbox:
    key = key_of(event)
    held = outbox.waiting.get(key)
    waiting = {other: one for other, one in outbox.waiting.items() if other != key}
    expired = outbox.expired
    if held and sum(asked.channel == event.channel for asked in expired) < EXPIRED_MAX:
        expired = (*expired, held.asked)
    return replace(outbox, waiting=waiting, expired=expired)


def _repeat(outbox: Outbox, asked: NotifyRequested | None) -> tuple[NotifyRequested, ...]:
    if asked is None or asked.is_repeat or not _is_worth(outbox, asked):
        return ()
    text = repeated(asked.text, outbox.settings.notify.language)
    return (replace(asked, attempt=asked.attempt + 1, text=text, is_repeat=True),)


def _doubt(asked: NotifyRequested) -> NotifyUnknown:
    reason = "the daemon ended between request and answer"
    return NotifyUnknown(alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt, reason=reason)


def _is_worth(outbox: Outbox, asked: NotifyRequested) -> bool:
    return asked.until is None or outbox.now is None or outbox.now < asked.until


def _is_loud(outbox: Outbox, asked: NotifyRequested) -> bool:
    notify, now = outbox.settings.notify, outbox.now
    return now is None or volume_of(notify, asked.channel, asked.kind, now) == "on"


def _title(asked: NotifyRequested) -> str:
    """Its first line; above that, a repeat has its mark."""
    lines = asked.text.split("\n", 2)
    return lines[1 if asked.is_repeat and len(lines) > 1 else 0][:TITLE_CHARS_MAX]
