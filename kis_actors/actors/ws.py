"""WsActor: keeps one WebSocket open while the market is, and turns KIS's acknowledgements into facts about codes.

KIS blocks clients that connect and disconnect in a loop, so every wait grows, and survives a restart.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.kis.control import Acknowledgement, ControlError, Meaning, control_of, meaning_of
from kis_actors.kis.frames import is_control
from kis_actors.messages import (
    ClockTicked,
    ControlRejected,
    Event,
    FrameReceived,
    LinkBlocked,
    LinkLost,
    LinkOpened,
    LinkReleased,
    LinkRequested,
    Record,
    RunStarted,
    SessionClosed,
    SessionOpened,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)
from kis_actors.ports import Command, Journal, Link
from kis_actors.settings import Settings
from kis_actors.turn import Core

FEED = "H0STCNT0"
"""KRX trades."""
HEALTHY_S = 60
"""A link that held so long starts the waits from the beginning."""
IN_USE_WAIT_S = 60.0
NEVER_S = -1.0
UNSUBSCRIBE_S = 30
"""How long after the close the link stays, for the last releases to be acknowledged."""


class State(Struct, frozen=True, kw_only=True):
    """What the link depends on.

    link: the number of the last one asked for. opened_at: of the open one. lost: links lost in a row, none healthy.
    block_wait_s: least wait before the next try, NEVER_S for none. needs_key: the approval key was refused.
    closed_at: when the session ended.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    is_session: bool = False
    closed_at: datetime | None = None
    phase: Literal["down", "asked", "open", "releasing"] = "down"
    link: int = 0
    opened_at: datetime | None = None
    lost: int = 0
    block_wait_s: float = 0.0
    needs_key: bool = False


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    match event:
        case ClockTicked():
            return replace(state, now=event.now)
        case RunStarted():
            down = _down(state, is_ours=state.phase == "asked")
            return replace(down, settings=event.settings, block_wait_s=max(state.block_wait_s, 0.0))
        case SessionOpened():
            return replace(state, is_session=True, closed_at=None)
        case SessionClosed():
            return replace(state, is_session=False, closed_at=state.now)
        case LinkRequested():
            return replace(state, phase="asked", link=event.link, block_wait_s=0.0, needs_key=False)
        case LinkOpened() if event.link == state.link:
            return replace(state, phase="open", opened_at=state.now)
        case LinkLost() if event.link == state.link:
            return _down(state, is_ours=event.is_ours)
        case LinkReleased():
            return replace(state, phase="releasing")
        case LinkBlocked():
            return replace(state, block_wait_s=event.wait_s, needs_key=event.needs_key)
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """A link while there is a session, none after it; the meaning of what KIS says on it."""
    event = record.event
    match event:
        case FrameReceived() if is_control(event.text):
            return _heard(event)
        case RunStarted() | SessionOpened() | LinkLost():
            return _wanted_link(state)
        case ClockTicked() if _is_over(state):
            return (LinkReleased(link=state.link),)
    return ()


def subscribe(code: str) -> Command:
    """The command that asks for the trades of `code`."""
    return Command(wanted=True, feed=FEED, code=code)


def unsubscribe(code: str) -> Command:
    """The command that gives the slot of `code` back."""
    return Command(wanted=False, feed=FEED, code=code)


def _down(state: State, *, is_ours: bool = False) -> State:
    """is_ours: nobody lost the link, this daemon ended it, or ended while it waited; the next wait is not longer."""
    if state.phase == "down":
        return state
    if state.phase == "releasing":
        return replace(state, phase="down", opened_at=None, lost=0)
    if is_ours:
        return replace(state, phase="down", opened_at=None, lost=max(state.lost, 1))
    was_healthy = state.opened_at and state.now and (state.now - state.opened_at).total_seconds() >= HEALTHY_S
    return replace(state, phase="down", opened_at=None, lost=1 if was_healthy else state.lost + 1)


def _wanted_link(state: State) -> tuple[LinkRequested, ...]:
    is_wanted = state.is_session and state.settings.monitor.signal.use_intraday
    if not is_wanted or state.phase != "down" or state.block_wait_s == NEVER_S:
        return ()
    wait_s = max(_reconnect_wait_s(state), state.block_wait_s)
    return (LinkRequested(link=state.link + 1, wait_s=wait_s, new_key=state.needs_key),)


def _reconnect_wait_s(state: State) -> float:
    """None before the first try, then the configured waits, the last one for ever; +-20 % so that clients spread."""
    if state.lost == 0:
        return 0.0
    delays_s = state.settings.kis.ws_reconnect_delays_sec
    jitter = (state.link * 7919 % 41 - 20) / 100
    return round(delays_s[min(state.lost, len(delays_s)) - 1] * (1 + jitter), 3)


def _is_over(state: State) -> bool:
    if state.is_session or state.phase != "open" or state.closed_at is None or state.now is None:
        return False
    return (state.now - state.closed_at).total_seconds() >= UNSUBSCRIBE_S


def _heard(event: FrameReceived) -> tuple[Event, ...]:
    try:
        message = control_of(event.text)
    except ControlError as problem:
        return (ControlRejected(link=event.link, reason=str(problem)),)
    return _answer(message, event.link) if isinstance(message, Acknowledgement) else ()


def _answer(ack: Acknowledgement, link: int) -> tuple[Event, ...]:
    reason = f"{ack.msg_cd} {ack.text}"
    match meaning_of(ack.msg_cd):
        case Meaning.subscribed:
            return (SubscribeConfirmed(code=ack.code, link=link),)
        case Meaning.released:
            return (UnsubscribeConfirmed(code=ack.code, link=link),)
        case Meaning.in_use:
            return (LinkBlocked(link=link, reason=reason, wait_s=IN_USE_WAIT_S),)
        case Meaning.new_key:
            return (LinkBlocked(link=link, reason=reason, wait_s=0.0, needs_key=True),)
        case Meaning.fatal:
            return (LinkBlocked(link=link, reason=reason, wait_s=NEVER_S),)
        case meaning:
            return (
                SubscribeRefused(code=ack.code, link=link, reason=reason, for_good=meaning is Meaning.drop_key),
            )


LISTENS: tuple[type[Event], ...] = (
    RunStarted, ClockTicked, SessionOpened, SessionClosed, LinkOpened, LinkLost, FrameReceived,
    SubscribeRequested, UnsubscribeRequested,
)  # fmt: skip

CORE = Core(name="ws", listens=LISTENS, state=State, evolve=evolve, decide=decide)


class WsActor(CoreActor):
    """Opens and closes the link, and sends commands on it."""

    core = CORE

    def __init__(self, state: State, journal: Journal, mailbox: Mailbox, link: Link) -> None:
        super().__init__(state, journal, mailbox)
        self._link = link

    def perform(self, record: Record) -> None:
        """Acts on the socket. A request that a later one has overtaken is left alone: KIS allows one link."""
        match record.event:
            case LinkRequested() if record.event.link == self._state.link:
                self._link.open(record)
            case LinkReleased() | LinkBlocked():
                self._link.close(record.event.link)
            case SubscribeRequested():
                self._link.send(record.event.link, subscribe(record.event.code))
            case UnsubscribeRequested():
                self._link.send(record.event.link, unsubscribe(record.event.code))
