"""What people are to be told, from the request to its outcome: one try per request, and what became of each.

Certainly not delivered and worth another try: asked again later. Nobody knows: repeated once, marked. Not worth
sending any more: recapped, once the channel works again. So each ends as sent, refused for good, in doubt twice, or
expired and recapped.
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
from kis_actors.texts import recap_text, repeated, unconfirmed

RETRY_S_MAX = 60.0
"""The longest wait of our own; a channel may ask for more."""
EXPIRED_MAX = 1000
"""So many titles a channel are kept for its recap; of more, only how many."""
TITLE_CHARS_MAX = 80


class Waiting(Struct, frozen=True):
    """A message that is asked for again, and when; None: at the next tick. One in doubt is marked already."""

    asked: NotifyRequested
    due: datetime | None


class Outbox(Struct, frozen=True, kw_only=True):
    """open: questions without an outcome, by alert and channel. waiting: to be asked again. expired: for the recap.

    unlisted: how many more expired, by channel. now: None before the first tick of a run. busy_until: by channel, when
    it may be asked anything again.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    open: dict[str, NotifyRequested] = {}
    waiting: dict[str, Waiting] = {}
    expired: tuple[NotifyRequested, ...] = ()
    unlisted: dict[str, int] = {}
    busy_until: dict[str, datetime] = {}


def evolve(outbox: Outbox, event: Event) -> Outbox:
    """The outbox after `event`."""
    match event:
        case ClockTicked():
            return replace(outbox, now=event.now)
        case RunStarted():
            return replace(outbox, settings=event.settings, now=None)
        case SettingsChanged():
            return replace(outbox, settings=event.settings)
        case NotifyRequested():
            return _asked(outbox, event)
        case NotifySent():
            return _settled(outbox, event)
        case NotifyFailed():
            return _failed(outbox, event)
        case NotifyUnknown():
            return _doubted(outbox, event)
        case NotifyExpired():
            return _expired(outbox, event)
    return outbox


def repeat(outbox: Outbox, event: Event) -> tuple[Event, ...]:
    """A message in doubt once more, and marked.

    What the run before left without an outcome is said to be in doubt, or untried, and waits for the first tick: only
    that can tell how long nobody was there to send it.
    """
    match event:
        case NotifyUnknown() if outbox.now:
            held = outbox.waiting.get(key_of(event))
            return (_again(outbox, held.asked),) if held and held.asked.attempt == event.attempt else ()
        case RunStarted():
            return _after_end([asked for asked in event.in_doubt if outbox.open.get(key_of(asked)) == asked])
    return ()


def ask_again(outbox: Outbox, event: Event) -> tuple[Event, ...]:
    """What may be tried again now; what is not worth it any more has expired."""
    if not isinstance(event, ClockTicked):
        return ()
    due = [held.asked for held in outbox.waiting.values() if held.due is None or held.due <= event.now]
    return tuple(_again(outbox, asked) for asked in due)


def recap(outbox: Outbox, event: Event) -> tuple[NotifyRequested, ...]:
    """A channel works again: what expired on it meanwhile, in one message; how loud, only the time of day can tell."""
    now = outbox.now
    if not isinstance(event, NotifySent) or now is None:
        return ()
    missed = [asked for asked in outbox.expired if asked.channel == event.channel]
    if not missed:
        return ()
    language, more = outbox.settings.notify.language, outbox.unlisted.get(event.channel, 0)
    titles = (unconfirmed(_title(asked), language) if asked.is_repeat else _title(asked) for asked in missed)
    text = recap_text(tuple(titles), more, language)
    return (NotifyRequested(
        alert_id=f"recap-{event.alert_id}", channel=event.channel, attempt=1, text=text, kind="summary",
        covers=tuple(asked.alert_id for asked in missed),
        is_silent=not any(_is_loud(outbox, asked, now) for asked in missed),
    ),)  # fmt: skip


def key_of(event: NotifyRequested | NotifySent | NotifyFailed | NotifyUnknown | NotifyExpired) -> str:
    """A message has one way through each channel, however many tries it takes."""
    return f"{event.alert_id} {event.channel}"


def _asked(outbox: Outbox, event: NotifyRequested) -> Outbox:
    key = key_of(event)
    waiting = {other: held for other, held in outbox.waiting.items() if other != key}
    left = tuple(
        asked for asked in outbox.expired if asked.channel != event.channel or asked.alert_id not in event.covers
    )  # fmt: skip
    is_recap = len(left) < len(outbox.expired)
    unlisted = {name: more for name, more in outbox.unlisted.items() if not is_recap or name != event.channel}
    return replace(outbox, open={**outbox.open, key: event}, waiting=waiting, expired=left, unlisted=unlisted)


def _answered(outbox: Outbox, event: NotifySent | NotifyFailed | NotifyUnknown) -> NotifyRequested | None:
    """The question `event` answers: of the try under way, and of none before it."""
    asked = outbox.open.get(key_of(event))
    return asked if asked and asked.attempt == event.attempt else None


def _settled(outbox: Outbox, event: NotifySent | NotifyFailed | NotifyUnknown) -> Outbox:
    answered = _answered(outbox, event)
    return replace(outbox, open={key: asked for key, asked in outbox.open.items() if asked is not answered})


def _failed(outbox: Outbox, event: NotifyFailed) -> Outbox:
    """Without the time nobody knows how long to wait, so it is until the first tick."""
    asked, at = _answered(outbox, event), event.at or outbox.now
    outbox = _settled(outbox, event)
    if asked is None or event.retry_after_s < 0:
        return outbox
    wait_s = max(event.retry_after_s, min(2.0 ** min(asked.attempt, 10), RETRY_S_MAX))
    if at and event.retry_after_s:
        busy_until = at + timedelta(seconds=event.retry_after_s)
        outbox = replace(outbox, busy_until={**outbox.busy_until, event.channel: busy_until})
    return _held(outbox, asked, at + timedelta(seconds=wait_s) if at else None)


def _doubted(outbox: Outbox, event: NotifyUnknown) -> Outbox:
    """The first doubt makes it a repeat; the second one is the end of it."""
    asked = _answered(outbox, event)
    outbox = _settled(outbox, event)
    if asked is None or asked.is_repeat:
        return outbox
    text = repeated(asked.text, outbox.settings.notify.language)
    return _held(outbox, replace(asked, text=text, is_repeat=True), None)


def _held(outbox: Outbox, asked: NotifyRequested, due: datetime | None) -> Outbox:
    return replace(outbox, waiting={**outbox.waiting, key_of(asked): Waiting(asked, due)})


def _expired(outbox: Outbox, event: NotifyExpired) -> Outbox:
    key, name = key_of(event), event.channel
    held = outbox.waiting.get(key)
    if held is None:
        return outbox
    waiting = {other: one for other, one in outbox.waiting.items() if other != key}
    if sum(asked.channel == name for asked in outbox.expired) < EXPIRED_MAX:
        return replace(outbox, waiting=waiting, expired=(*outbox.expired, held.asked))
    return replace(outbox, waiting=waiting, unlisted={**outbox.unlisted, name: outbox.unlisted.get(name, 0) + 1})


def _again(outbox: Outbox, asked: NotifyRequested) -> NotifyRequested | NotifyExpired:
    if _is_worth(outbox, asked):
        return replace(asked, attempt=asked.attempt + 1)
    return NotifyExpired(alert_id=asked.alert_id, channel=asked.channel, title=_title(asked))


def _after_end(left: list[NotifyRequested]) -> tuple[Event, ...]:
    """A channel tries one at a time, in order: of all that is left on it, only the oldest can have been tried."""
    oldest = {asked.channel: asked for asked in reversed(left)}
    return tuple(_doubt(asked) if asked is oldest[asked.channel] else _untried(asked) for asked in left)


def _untried(asked: NotifyRequested) -> NotifyFailed:
    reason = "the daemon ended before its turn"
    return NotifyFailed(
        alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt, reason=reason, retry_after_s=0.0
    )


def _doubt(asked: NotifyRequested) -> NotifyUnknown:
    reason = "the daemon ended between request and answer"
    return NotifyUnknown(alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt, reason=reason)


def _is_worth(outbox: Outbox, asked: NotifyRequested) -> bool:
    return asked.until is None or outbox.now is None or outbox.now < asked.until


def _is_loud(outbox: Outbox, asked: NotifyRequested, now: datetime) -> bool:
    return volume_of(outbox.settings.notify, asked.channel, asked.kind, now) == "on"


def _title(asked: NotifyRequested) -> str:
    """Its first line; above that, a repeat has its mark."""
    lines = asked.text.split("\n", 2)
    return lines[1 if asked.is_repeat and len(lines) > 1 else 0][:TITLE_CHARS_MAX]
