"""NotifyActor: decides what is worth telling, and how loud; asks every channel once, and keeps the outcome."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.duties import bursts, condition, operator, outbox, talk
from kis_actors.duties.answering import Known, answer, completed, reminders
from kis_actors.duties.bursts import Bursts
from kis_actors.duties.condition import Condition
from kis_actors.duties.cooldown import LastAlerts, why_cooling, with_alert
from kis_actors.duties.operator import Operator
from kis_actors.duties.outbox import Outbox
from kis_actors.duties.requests import requests_of, requests_of_alert, requests_of_reply
from kis_actors.duties.talk import Talk
from kis_actors.messages import (
    AlertDecided,
    AlertHeld,
    AlertSuppressed,
    BaselinesCompleted,
    ClockTicked,
    CommandAccepted,
    CommandReceived,
    CommandRefused,
    DigestDecided,
    Event,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    OperatorSilenced,
    OperatorTold,
    Record,
    ReplyGiven,
    RunStarted,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    SignalRaised,
    SummaryTold,
    UniverseLoaded,
)
from kis_actors.operator_texts import operator_text
from kis_actors.policies.loudness import Kind
from kis_actors.ports import Chat, Journal, Sender
from kis_actors.reply_texts import toast
from kis_actors.settings import Settings
from kis_actors.texts import closing_text, digest_text, opening_text
from kis_actors.turn import Core, Step, in_steps

SIGNALS_MAX = 500


class State(Struct, frozen=True, kw_only=True):
    """What telling depends on.

    last_alerts: the latest, by code and rule. signals, suppressed: told of since the session opened, and not.
    codes, averages: of the universe, and how many of them have one. summed_up: the summaries of the day.
    """

    settings: Settings = Settings()
    is_dry_run: bool = False
    last_alerts: LastAlerts = {}
    signals: tuple[SignalRaised, ...] = ()
    suppressed: int = 0
    codes: int = 0
    averages: int = 0
    summed_up: tuple[tuple[date, bool], ...] = ()
    operator: Operator = Operator()
    outbox: Outbox = Outbox()
    bursts: Bursts = Bursts()
    talk: Talk = Talk()
    condition: Condition = Condition()

    @property
    def open(self) -> dict[str, NotifyRequested]:
        """Questions to channels that have no outcome, by alert and channel."""
        return self.outbox.open


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    now = state.outbox.now
    state = replace(
        state, outbox=outbox.evolve(state.outbox, event), bursts=bursts.evolve(state.bursts, event),
        operator=operator.evolve(state.operator, event), talk=talk.evolve(state.talk, event, now),
        condition=condition.evolve(state.condition, event, now),
    )  # fmt: skip
    match event:
        case RunStarted():
            return replace(state, settings=event.settings, is_dry_run=event.dry_run)
        case SettingsChanged():
            return replace(state, settings=event.settings)
        case UniverseLoaded():
            return replace(state, codes=len(event.stocks))
        case BaselinesCompleted():
            return replace(state, averages=event.loaded)
        case SessionOpened():
            return replace(state, signals=(), suppressed=0)
        case AlertDecided():
            return _alerted(state, event)
        case AlertSuppressed():
            return replace(state, suppressed=state.suppressed + 1)
        case SummaryTold():
            return replace(state, summed_up=(*state.summed_up, (event.day, event.is_opening))[-4:])
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """What every step finds to tell, each in the light of what those before it decided."""
    event, at = record.event, record.at
    match event:
        case SignalRaised():
            return _consider(state, event, record.seq, at)
        case SessionOpened() | SessionClosed():
            return _sum_up(state, event, at)
        case CommandReceived() if not talk.is_taken(state.talk, event.update_id):
            return _hear(state, event, at)
        case ReplyGiven():
            return _reply(state, event, completed(event, _known(state, at)), at)
    decided = in_steps(evolve, STEPS, state, event)
    if operator.is_news(state.operator, event, at):
        decided += _tell_operator(state, event, record.seq, at)
    return decided


# --- alerts


def _consider(state: State, signal: SignalRaised, seq: int, at: datetime) -> tuple[Event, ...]:
    """An alert, or why not; in a burst it waits for the digest."""
    if reason := _why_quiet(state, signal, at):
        return (AlertSuppressed(code=signal.code, rule=signal.rule, reason=reason, signal_seq=seq),)
    alert = AlertDecided(alert_id=f"{signal.code}-{seq}", signal=signal, decided_at=at)
    if state.bursts.is_burst(at):
        return (alert, AlertHeld(alert=alert))
    return (alert, *requests_of_alert(state.settings, alert, is_dry_run=state.is_dry_run))


def _why_quiet(state: State, signal: SignalRaised, at: datetime) -> str:
    usual_s = state.settings.monitor.alert_cooldown_sec
    return talk.why_quiet(state.talk, signal.code, at) or why_cooling(state.last_alerts, signal, usual_s, at)


def _alerted(state: State, event: AlertDecided) -> State:
    signal = replace(event.signal, line=())
    return replace(
        state, last_alerts=with_alert(state.last_alerts, event, state.settings.monitor.alert_cooldown_sec),
        signals=(*state.signals, signal)[-SIGNALS_MAX:],
    )  # fmt: skip


# --- everything else


def _digest(state: State, event: Event) -> tuple[Event, ...]:
    due = bursts.digest_due(state.bursts, event)
    return tuple(made for digest in due for made in (digest, *_digest_requests(state, digest)))


def _digest_requests(state: State, digest: DigestDecided) -> tuple[NotifyRequested, ...]:
    signals = tuple(alert.signal for alert in digest.alerts)
    text = digest_text(signals, state.settings.notify.language)
    asked = _ask(state, digest.digest_id, text, "signal", state.bursts.now or digest.alerts[-1].decided_at)
    return tuple(replace(one, covers=tuple(alert.alert_id for alert in digest.alerts)) for one in asked)


def _tell_operator(state: State, event: Event, seq: int, at: datetime) -> tuple[Event, ...]:
    """Messages about the daemon itself take the same way as alerts, under a name of their own."""
    text, per_hour = operator_text(event, state.settings.notify.language), state.settings.notify.operator_per_hour
    if not text:
        return ()
    kind, alert_id = operator.topic_of(event), f"operator-{seq}"
    if not state.operator.has_budget(event, at, per_hour):
        reason = f"{per_hour} messages within the hour already; this stands for all of its kind in the hour to come"
        return () if state.operator.is_silenced(kind, at) else (OperatorSilenced(kind=kind, reason=reason),)
    told = OperatorTold(alert_id=alert_id, kind=kind, told_at=at)
    return (told, *_ask(state, alert_id, text, "operator", at))


def _sum_up(state: State, event: SessionOpened | SessionClosed, at: datetime) -> tuple[Event, ...]:
    """The open and the close, each once a day."""
    is_opening, language = isinstance(event, SessionOpened), state.settings.notify.language
    if (event.day, is_opening) in state.summed_up:
        return ()
    alert_id = f"{'open' if is_opening else 'close'}-{event.day}"
    told = SummaryTold(alert_id=alert_id, day=event.day, is_opening=is_opening)
    if is_opening:
        rules = tuple(state.settings.monitor.rule_book())
        text = opening_text(state.codes, state.averages, rules, language)
        text = "\n".join((text, *reminders(_known(state, at))))
    else:
        text = closing_text(event.day, state.signals, state.suppressed, language)
    return (told, *_ask(state, told.alert_id, text, "summary", at))


def _ask(state: State, alert_id: str, text: str, kind: Kind, at: datetime) -> tuple[NotifyRequested, ...]:
    return requests_of(state.settings, alert_id, text, kind, at, is_dry_run=state.is_dry_run)


# --- answers


def _hear(state: State, event: CommandReceived, at: datetime) -> tuple[Event, ...]:
    """What is made of a command, and the answer to it, unless another actor knows that."""
    heard, misused = talk.heard(state.talk, event, at)
    text = answer(heard, misused, _known(state, at))
    return (heard, *(_reply(state, event, text, at) if text else ()))


def _reply(state: State, to: CommandReceived | ReplyGiven, text: str, at: datetime) -> tuple[NotifyRequested, ...]:
    return requests_of_reply(state.settings, to.update_id, to.chat, text, at, is_dry_run=state.is_dry_run)


def _known(state: State, at: datetime) -> Known:
    undelivered = len(state.open) + len(state.outbox.waiting)
    return Known(
        state.settings, state.talk, state.condition, state.signals, state.suppressed, undelivered,
        tuple(state.last_alerts.values()), at,
    )  # fmt: skip


def _of_outbox(step: Step) -> Step:
    return lambda state, event: step(state.outbox, event)


LISTENS: tuple[type[Event], ...] = (
    RunStarted, SignalRaised, SessionOpened, SessionClosed, ClockTicked, NotifySent, NotifyFailed, NotifyUnknown,
    CommandReceived, ReplyGiven, *dict.fromkeys((*operator.HEARD, *condition.HEARD)),
)  # fmt: skip
STEPS: tuple[Step, ...] = (*map(_of_outbox, (outbox.repeat, outbox.ask_again, outbox.recap)), _digest)

CORE = Core(name="notify", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class NotifyActor(CoreActor):
    """Hands durable questions to the channels, and to the chat what only that can do."""

    core = CORE

    def __init__(self, state: State, journal: Journal, mailbox: Mailbox, sender: Sender, chat: Chat) -> None:
        super().__init__(state, journal, mailbox)
        self._sender = sender
        self._chat = chat

    def perform(self, record: Record) -> None:
        """Tells a person, unless the question was settled meanwhile."""
        match record.event:
            case NotifyRequested() as asked if asked in self._state.open.values():
                self._sender.send(record)
            case NotifySent() | NotifyFailed() | NotifyUnknown():
                self._sender.settled(record.cause)
            case CommandAccepted() | CommandRefused() as heard:
                self._perform_command(heard)

    def _perform_command(self, heard: CommandAccepted | CommandRefused) -> None:
        if heard.press_id:
            self._chat.answer_press(heard.press_id, toast(self._state.settings.notify.language))
        if isinstance(heard, CommandAccepted) and heard.name == "reload":
            self._chat.reload()
