"""NotifyActor: decides whether a signal is worth telling, tells it once by every channel, and keeps the outcome."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.messages import (
    AlertDecided,
    AlertSuppressed,
    BaselinesCompleted,
    CalendarDisputed,
    DegradedModeEntered,
    DegradedModeLeft,
    Event,
    FramesDropped,
    FrameWidthChanged,
    LinkBlocked,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    OperatorTold,
    Record,
    RunStarted,
    SafeModeEntered,
    SafeModeLeft,
    SessionDoubted,
    SessionTrusted,
    SignalRaised,
    SlotLimitChanged,
    StreamGivenUp,
    UniverseLoaded,
    UniverseRefused,
)
from kis_actors.operator_texts import operator_text
from kis_actors.ports import Journal, Sender
from kis_actors.settings import Settings
from kis_actors.texts import alert_text, repeated
from kis_actors.turn import Core

OPERATOR_QUIET_S = 1800
ALWAYS_TOLD: tuple[type[Event], ...] = (
    SafeModeEntered, SafeModeLeft, CalendarDisputed, SessionDoubted, SessionTrusted, UniverseRefused, UniverseLoaded,
    BaselinesCompleted, FrameWidthChanged,
)  # fmt: skip
"""About the daemon itself, and seldom."""
TOLD_SELDOM: tuple[type[Event], ...] = (
    LinkBlocked, DegradedModeEntered, SlotLimitChanged, StreamGivenUp, FramesDropped
)  # fmt: skip
"""About the daemon itself, and possibly every minute: once a while is enough."""
ATTEMPTS_MAX = 2
"""An attempt whose outcome nobody knows is repeated once, and says so; one that certainly failed is not."""


class LastAlert(Struct, frozen=True):
    """The last alert of one code by one rule; its cooldown runs from `at`."""

    code: str
    rule: str
    at: datetime


class State(Struct, frozen=True, kw_only=True):
    """What telling depends on.

    last_alerts: the latest, by code and rule. operator_told: when, by kind of trouble.
    is_degraded_told: a person knows that the stream is down.
    open: questions to channels that are not settled, by alert and channel.
    """

    settings: Settings = Settings()
    is_dry_run: bool = False
    last_alerts: dict[str, LastAlert] = {}
    operator_told: dict[str, datetime] = {}
    is_degraded_told: bool = False
    open: dict[str, NotifyRequested] = {}


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    match event:
        case RunStarted():
            return replace(state, settings=event.settings, is_dry_run=event.dry_run)
        case AlertDecided():
            last = LastAlert(event.signal.code, event.signal.rule, event.decided_at)
            return replace(state, last_alerts={**state.last_alerts, f"{last.code} {last.rule}": last})
        case OperatorTold():
            is_degraded_told = event.kind == "DegradedModeEntered" or (
                state.is_degraded_told and event.kind != "DegradedModeLeft"
            )
            operator_told = {**state.operator_told, event.kind: event.told_at}
            return replace(state, operator_told=operator_told, is_degraded_told=is_degraded_told)
        case NotifyRequested():
            return replace(state, open={**state.open, _key(event): event})
        case NotifySent() | NotifyFailed():
            return _settled(state, event)
        case NotifyUnknown() if event.attempt >= ATTEMPTS_MAX:
            return _settled(state, event)
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """An alert, or why not; after an unknown outcome, as of a question the run before left open, one repeat."""
    event = record.event
    match event:
        case SignalRaised():
            return _consider(state, event, record)
        case NotifyUnknown():
            return _repeat(state, state.open.get(_key(event)))
        case RunStarted():
            in_doubt = [asked for asked in event.in_doubt if state.open.get(_key(asked)) == asked]
            return tuple(made for asked in in_doubt for made in (_doubt(asked), *_repeat(state, asked)))
    return _tell_operator(state, record) if _is_news(state, record) else ()


def _tell_operator(state: State, record: Record) -> tuple[Event, ...]:
    """Messages about the daemon itself take the same way as alerts, under a name of their own."""
    text = operator_text(record.event, state.settings.notify.language)
    if not text:
        return ()
    alert_id, channels = f"operator-{record.seq}", channels_of(state.settings, state.is_dry_run)
    told = OperatorTold(alert_id=alert_id, kind=type(record.event).__name__, told_at=record.at)
    asked = (NotifyRequested(alert_id=alert_id, channel=channel, attempt=1, text=text) for channel in channels)
    return (told, *asked)


def _is_news(state: State, record: Record) -> bool:
    """Whether it is about the daemon itself, and nobody was told of such for a while if it may come every minute.

    That the stream is back is worth a message only if its end was.
    """
    if isinstance(record.event, DegradedModeLeft):
        return state.is_degraded_told
    if not isinstance(record.event, TOLD_SELDOM):
        return isinstance(record.event, ALWAYS_TOLD)
    last = state.operator_told.get(type(record.event).__name__)
    return last is None or (record.at - last).total_seconds() >= OPERATOR_QUIET_S


def channels_of(settings: Settings, is_dry_run: bool = False) -> tuple[str, ...]:
    """The channels to tell, in a fixed order; on a dry run only the log."""
    notify = settings.notify
    enabled = {"log": notify.log.enabled, "telegram": notify.telegram.enabled, "discord": notify.discord.enabled}
    return tuple(name for name, is_enabled in enabled.items() if is_enabled and (name == "log" or not is_dry_run))


def _consider(state: State, signal: SignalRaised, record: Record) -> tuple[Event, ...]:
    last = state.last_alerts.get(f"{signal.code} {signal.rule}")
    cooldown_s = state.settings.monitor.alert_cooldown_sec
    if last and (record.at - last.at).total_seconds() < cooldown_s:
        reason = f"cooldown: last alert at {last.at:%H:%M:%S}, quiet for {cooldown_s:g} s"
        return (AlertSuppressed(code=signal.code, rule=signal.rule, reason=reason, signal_seq=record.seq),)
    alert = AlertDecided(alert_id=f"{signal.code}-{record.seq}", signal=signal, decided_at=record.at)
    return (alert, *_requests(state, alert))


def _requests(state: State, alert: AlertDecided) -> tuple[NotifyRequested, ...]:
    settings = state.settings
    text = alert_text(
        alert.signal, alert.alert_id, ma_days=settings.monitor.signal.ma_days, language=settings.notify.language
    )
    return tuple(
        NotifyRequested(alert_id=alert.alert_id, channel=channel, attempt=1, text=text)
        for channel in channels_of(settings, state.is_dry_run)
    )


def _doubt(asked: NotifyRequested) -> NotifyUnknown:
    reason = "the daemon ended between request and answer"
    return NotifyUnknown(alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt, reason=reason)


def _repeat(state: State, asked: NotifyRequested | None) -> tuple[NotifyRequested, ...]:
    if asked is None or asked.attempt >= ATTEMPTS_MAX:
        return ()
    text = repeated(asked.text, state.settings.notify.language)
    return (NotifyRequested(alert_id=asked.alert_id, channel=asked.channel, attempt=asked.attempt + 1, text=text),)


def _settled(state: State, event: NotifySent | NotifyFailed | NotifyUnknown) -> State:
    return replace(state, open={key: asked for key, asked in state.open.items() if key != _key(event)})


def _key(event: NotifyRequested | NotifySent | NotifyFailed | NotifyUnknown) -> str:
    return f"{event.alert_id} {event.channel}"


LISTENS: tuple[type[Event], ...] = (
    RunStarted, SignalRaised, NotifySent, NotifyFailed, NotifyUnknown, DegradedModeLeft, *ALWAYS_TOLD, *TOLD_SELDOM,
)  # fmt: skip

CORE = Core(name="notify", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class NotifyActor(CoreActor):
    """Hands durable questions to the channels."""

    core = CORE

    def __init__(self, state: State, journal: Journal, mailbox: Mailbox, sender: Sender) -> None:
        super().__init__(state, journal, mailbox)
        self._sender = sender

    def perform(self, record: Record) -> None:
        """Tells a person, unless the question was settled meanwhile."""
        if isinstance(record.event, NotifyRequested) and record.event in self._state.open.values():
            self._sender.send(record)
