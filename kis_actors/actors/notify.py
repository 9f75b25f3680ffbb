"""NotifyActor: decides what is worth telling, and how loud; asks every channel once, and keeps the outcome."""

from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.duties import bursts, operator, outbox
from kis_actors.duties.bursts import Bursts
from kis_actors.duties.operator import Operator
from kis_actors.duties.outbox import Outbox
from kis_actors.messages import (
    AlertDecided,
    AlertHeld,
    AlertSuppressed,
    BaselinesCompleted,
    ClockTicked,
    DigestDecided,
    Event,
    NotifyFailed,
    NotifyRequested,
    NotifySent,
    NotifyUnknown,
    OperatorSilenced,
    OperatorTold,
    Picture,
    Record,
    RunStarted,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    SignalRaised,
    SummaryTold,
    UniverseLoaded,
)
from kis_actors.operator_texts import operator_text
from kis_actors.policies.loudness import channels_of, volume_of
from kis_actors.ports import Journal, Sender
from kis_actors.settings import Settings
from kis_actors.texts import alert_text, closing_text, digest_text, opening_text, rule_name
from kis_actors.turn import Core, Step, in_steps

__all__ = ["CORE", "NotifyActor", "State", "channels_of"]

SIGNALS_MAX = 500
PICTURED = ("telegram", "discord")
Kind = Literal["signal", "operator", "summary", "reply"]


class LastAlert(Struct, frozen=True):
    """The last alert of one code by one rule; its cooldown runs from `at`."""

    code: str
    rule: str
    at: datetime


class State(Struct, frozen=True, kw_only=True):
    """What telling depends on.

    last_alerts: the latest, by code and rule. signals, suppressed: told of since the session opened, and not.
    codes, averages: of the universe, and how many of them have one. summed_up: the summaries of the day.
    """

    settings: Settings = Settings()
    is_dry_run: bool = False
    last_alerts: dict[str, LastAlert] = {}
    signals: tuple[SignalRaised, ...] = ()
    suppressed: int = 0
    codes: int = 0
    averages: int = 0
    summed_up: tuple[tuple[date, bool], ...] = ()
    operator: Operator = Operator()
    outbox: Outbox = Outbox()
    bursts: Bursts = Bursts()

    @property
    def open(self) -> dict[str, NotifyRequested]:
        """Questions to channels that have no outcome, by alert and channel."""
        return self.outbox.open


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    state = replace(
        state, outbox=outbox.evolve(state.outbox, event), bursts=bursts.evolve(state.bursts, event),
        operator=operator.evolve(state.operator, event),
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
    decided = in_steps(evolve, STEPS, state, event)
    if operator.is_news(state.operator, event, at):
        decided += _tell_operator(state, event, record.seq, at)
    return decided


# --- alerts


def _consider(state: State, signal: SignalRaised, seq: int, at: datetime) -> tuple[Event, ...]:
    """An alert, or why not; in a burst it waits for the digest."""
    last = state.last_alerts.get(f"{signal.code} {signal.rule}")
    usual_s = state.settings.monitor.alert_cooldown_sec
    cooldown_s = usual_s if signal.cooldown_s is None else signal.cooldown_s
    if last and (at - last.at).total_seconds() < cooldown_s:
        reason = f"cooldown: last alert at {last.at:%H:%M:%S}, quiet for {cooldown_s:g} s"
        return (AlertSuppressed(code=signal.code, rule=signal.rule, reason=reason, signal_seq=seq),)
    alert = AlertDecided(alert_id=f"{signal.code}-{seq}", signal=signal, decided_at=at)
    if state.bursts.is_burst(at):
        return (alert, AlertHeld(alert=alert))
    return (alert, *_requests(state, alert))


def _requests(state: State, alert: AlertDecided) -> tuple[NotifyRequested, ...]:
    settings, signal = state.settings, alert.signal
    text = alert_text(
        signal, alert.alert_id, ma_days=settings.monitor.signal.ma_days, language=settings.notify.language
    )
    asked = _ask(state, alert.alert_id, text, "signal", alert.decided_at)
    return tuple(_furnished(state, one, signal) for one in asked)


def _furnished(state: State, asked: NotifyRequested, signal: SignalRaised) -> NotifyRequested:
    """With what the channel can show besides the text."""
    if asked.channel == "webhook":
        return replace(asked, facts=_facts(signal))
    wants_picture = asked.channel in PICTURED and state.settings.notify.telegram.pictures
    return replace(asked, picture=_picture(signal, state.settings)) if wants_picture else asked


def _facts(signal: SignalRaised) -> tuple[tuple[str, str], ...]:
    names = ("code", "name", "market", "rule", "kind", "threshold", "value", "price_won", "change_ratio", "source")
    return (*((name, str(getattr(signal, name))) for name in names), ("observed_at", signal.observed_at.isoformat()))


def _picture(signal: SignalRaised, settings: Settings) -> Picture:
    at, average_won = signal.observed_at, signal.average_won
    is_against_average = not signal.kind or signal.kind == "near_threshold"
    threshold_won = average_won * (1 + signal.threshold) if is_against_average else 0.0
    return Picture(
        title=f"{signal.name} ({signal.code}) {rule_name(signal, settings.notify.language)}", line=signal.line,
        at_s=at.hour * 3600 + at.minute * 60 + at.second, price_won=signal.price_won,
        average_won=average_won if is_against_average else 0.0, threshold_won=threshold_won,
    )  # fmt: skip


def _alerted(state: State, event: AlertDecided) -> State:
    last = LastAlert(event.signal.code, event.signal.rule, event.decided_at)
    signal = replace(event.signal, line=())
    return replace(
        state, last_alerts={**state.last_alerts, f"{last.code} {last.rule}": last},
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
    else:
        text = closing_text(event.day, state.signals, state.suppressed, language)
    return (told, *_ask(state, told.alert_id, text, "summary", at))


def _ask(state: State, alert_id: str, text: str, kind: Kind, at: datetime) -> tuple[NotifyRequested, ...]:
    """The question to every channel that is on for this kind."""
    notify = state.settings.notify
    volumes = ((name, volume_of(notify, name, kind, at)) for name in channels_of(state.settings, state.is_dry_run))
    until = at + timedelta(seconds=notify.worth_sec)
    return tuple(
        NotifyRequested(
            alert_id=alert_id, channel=name, attempt=1, text=text, kind=kind, is_silent=volume == "silent", until=until
        )
        for name, volume in volumes if volume != "off"
    )  # fmt: skip


def _of_outbox(step: Step) -> Step:
    return lambda state, event: step(state.outbox, event)


LISTENS: tuple[type[Event], ...] = (
    RunStarted, SignalRaised, SessionOpened, SessionClosed, ClockTicked, NotifySent, NotifyFailed, NotifyUnknown,
    *operator.HEARD,
)  # fmt: skip
STEPS: tuple[Step, ...] = (*map(_of_outbox, (outbox.repeat, outbox.ask_again, outbox.recap)), _digest)

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
