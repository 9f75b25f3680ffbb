"""NotifyActor: decides whether a signal is worth telling, tells it once by every channel, and keeps the outcome."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.messages import (
    AccountRefused,
    AlertDecided,
    AlertSuppressed,
    BaselinesCompleted,
    CalendarDisputed,
    CodesUnquoted,
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
    SubscriptionsShort,
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
    BaselinesCompleted, FrameWidthChanged, CodesUnquoted, AccountRefused,
)  # fmt: skip
"""About the daemon itself, and seldom."""
TOLD_SELDOM: tuple[type[Event], ...] = (
    LinkBlocked, DegradedModeEntered, SlotLimitChanged, StreamGivenUp, SubscriptionsShort, FramesDropped,
)  # fmt: skip
"""About the daemon itself, and possibly every minute: once a while is enough."""
DEGRADED, LAG = "DegradedModeEntered", "SlotLimitChanged"
ENDS = {DEGRADED: "DegradedModeLeft", LAG: "SlotLimitChanged back"}
"""Topics of troubles, and of their ends, which are told only to whom the trouble was."""
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
    troubles_told: those whose end a person should hear of too.
    open: questions to channels that are not settled, by alert and channel.
    """

    settings: Settings = Settings()
    is_dry_run: bool = False
    last_alerts: dict[str, LastAlert] = {}
    operator_told: dict[str, datetime] = {}
    troubles_told: tuple[str, ...] = ()
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
            return _told(state, event)
        case DegradedModeLeft() if not event.is_back:
            return _over(state, DEGRADED)
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
    told = OperatorTold(alert_id=alert_id, kind=_topic(record.event), told_at=record.at)
    asked = (NotifyRequested(alert_id=alert_id, channel=channel, attempt=1, text=text) for channel in channels)
    return (told, *asked)


def _told(state: State, event: OperatorTold) -> State:
    state = replace(state, operator_told={**state.operator_told, event.kind: event.told_at})
    if event.kind in ENDS:
        return replace(state, troubles_told=(*_over(state, event.kind).troubles_told, event.kind))
    begun = next((begin for begin, end in ENDS.items() if end == event.kind), "")
    return _over(state, begun)


def _over(state: State, trouble: str) -> State:
    return replace(state, troubles_told=tuple(other for other in state.troubles_told if other != trouble))


def _topic(event: Event) -> str:
    """What a message is about: of one topic one is enough for a while."""
    match event:
        case LinkBlocked():
            return f"LinkBlocked {'in use' if event.is_in_use else 'key' if event.needs_key else ''}".strip()
        case StreamGivenUp():
            return f"StreamGivenUp {event.code}"
        case SlotLimitChanged() if event.is_usual:
            return ENDS[LAG]
    return type(event).__name__


def _is_news(state: State, record: Record) -> bool:
    """Whether it is about the daemon itself, and nobody was told of such for a while if it may come every minute.

    That the stream is back is worth a message only if its end was.
    """
    match record.event:
        case DegradedModeLeft() as left:
            return DEGRADED in state.troubles_told and left.is_back
        case DegradedModeEntered() if DEGRADED not in state.troubles_told:
            return True  # the last word was that the stream is back
        case LinkBlocked() as blocked if blocked.wait_s <= 0:
            return blocked.wait_s < 0  # a new key at once is the cure, and no news
        case SlotLimitChanged() as changed if changed.is_usual:
            return LAG in state.troubles_told
    if not isinstance(record.event, TOLD_SELDOM):
        return isinstance(record.event, ALWAYS_TOLD)
    last = state.operator_told.get(_topic(record.event))
    return last is None or (record.at - last).total_seconds() >= OPERATOR_QUIET_S


def channels_of(settings: Settings, is_dry_run: bool = False) -> tuple[str, ...]:
    """The channels to tell, in a fixed order; on a dry run only the log."""
    notify = settings.notify
    routes = {
        "log": notify.log, "telegram": notify.telegram, "discord": notify.discord, "webhook": notify.webhook,
        "apprise": notify.apprise,
    }  # fmt: skip
    return tuple(name for name, route in routes.items() if route.enabled and (name == "log" or not is_dry_run))


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
