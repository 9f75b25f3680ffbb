"""WsActor: keeps one WebSocket open while the market is, and turns KIS's acknowledgements into facts about codes.

KIS blocks clients that connect and disconnect in a loop, so every wait grows, and survives a restart.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from kis_actors.actors.base import CoreActor, Mailbox
from kis_actors.kis.control import Acknowledgement, ControlError, Meaning, control_of, meaning_of
from kis_actors.kis.frames import is_control
from kis_actors.messages import (
    KRX_TRADES,
    ClockTicked,
    ControlRejected,
    Event,
    FrameReceived,
    LinkBlocked,
    LinkLost,
    LinkOpened,
    LinkReleased,
    LinkRenewalWanted,
    LinkRequested,
    Record,
    RunStarted,
    SessionClosed,
    SessionOpened,
    SettingsChanged,
    SubscribeConfirmed,
    SubscribeRefused,
    SubscribeRequested,
    UnsubscribeConfirmed,
    UnsubscribeRequested,
)
from kis_actors.policies.budget import DAY_S, Limit, noted, wait_s
from kis_actors.ports import Command, Journal, Link
from kis_actors.settings import Kis, Settings
from kis_actors.turn import Core

HEALTHY_S = 60
"""A link that held so long starts the waits from the beginning."""
NEVER_S = -1.0
UNSUBSCRIBE_S = 30
"""How long after the close the link stays, for the last releases to be acknowledged."""


class State(Struct, frozen=True, kw_only=True):
    """What the link depends on.

    link: the number of the last one asked for. opened_at: of the open one. lost: links lost in a row, none healthy.
    block_wait_s: least wait before the next try, NEVER_S for none.
    needs_key, is_key_new: the approval key was refused; KIS has not taken a command with the new one yet.
    in_use: links refused in a row because another session holds the app key. closed_at: when the session ended.
    connects: when links were or are to be connected, as far back as a budget counts them.
    """

    settings: Settings = Settings()
    now: datetime | None = None
    is_session: bool = False
    closed_at: datetime | None = None
    phase: Literal["down", "asked", "open", "releasing", "blocked"] = "down"
    link: int = 0
    opened_at: datetime | None = None
    lost: int = 0
    block_wait_s: float = 0.0
    needs_key: bool = False
    is_key_new: bool = False
    in_use: int = 0
    connects: tuple[datetime, ...] = ()


def evolve(state: State, event: Event) -> State:
    """The state after `event`."""
    match event:
        case FrameReceived():
            return state
        case ClockTicked():
            return replace(state, now=event.now, connects=state.connects if state.now else _made(state, event.now))
        case RunStarted():
            state = _down(state, is_ours=state.phase == "asked")
            return replace(state, settings=event.settings, block_wait_s=max(state.block_wait_s, 0.0), now=None)
        case SettingsChanged():
            return replace(state, settings=event.settings)
        case SessionOpened():
            return replace(state, is_session=True, closed_at=None)
        case SessionClosed():
            return replace(state, is_session=False, closed_at=state.now)
        case LinkRequested():
            return _requested(state, event)
        case LinkOpened() if event.link == state.link:
            return replace(state, phase="open", opened_at=state.now)
        case LinkLost() if event.link == state.link:
            return _down(state, is_ours=event.is_ours)
        case LinkReleased():
            return replace(state, phase="releasing")
        case LinkBlocked():
            return _blocked(state, event)
        case SubscribeConfirmed():
            return replace(state, in_use=0, is_key_new=False)
    return state


def decide(state: State, record: Record) -> tuple[Event, ...]:
    """A link while there is a session, none after it; the meaning of what KIS says on it."""
    event = record.event
    match event:
        case FrameReceived() if is_control(event.text):
            return _heard(state, event)
        case ClockTicked() if _is_over(state):
            return (LinkReleased(link=state.link),)
        case LinkLost() if event.is_ours:
            return ()  # perhaps because the run ends; if it goes on, the next tick finds that there is no link
        case ClockTicked() | SessionOpened() | LinkLost():
            return _wanted_link(state, record.at)
        case LinkRenewalWanted() if _may_renew(state, event, record.at):
            return (LinkReleased(link=state.link),)
    return ()


def heeds(event: Event) -> bool:
    """Not what carries trades, which is nearly everything that KIS sends."""
    return not isinstance(event, FrameReceived) or is_control(event.text)


def subscribe(code: str, feed: str = KRX_TRADES) -> Command:
    """The command that asks for `feed` of `code`."""
    return Command(wanted=True, feed=feed, code=code)


def unsubscribe(code: str, feed: str = KRX_TRADES) -> Command:
    """The command that gives the slot of `feed` of `code` back."""
    return Command(wanted=False, feed=feed, code=code)


def _down(state: State, *, is_ours: bool = False) -> State:
    """is_ours: nobody lost the link, this daemon ended it, or ended while it waited; the next wait is not longer."""
    if state.phase == "down":
        return state
    if state.phase == "releasing":
        return replace(state, phase="down", opened_at=None, lost=1 if state.is_session else 0)
    if is_ours:
        return replace(state, phase="down", opened_at=None, lost=max(state.lost, 1))
    was_healthy = state.opened_at and state.now and (state.now - state.opened_at).total_seconds() >= HEALTHY_S
    return replace(state, phase="down", opened_at=None, lost=1 if was_healthy else state.lost + 1)


def _made(state: State, now: datetime) -> tuple[datetime, ...]:
    """At the first tick of a run: what the run before planned for later than that, it never came to."""
    connects = state.connects
    return connects[:-1] if connects and connects[-1] > now else connects


def _requested(state: State, event: LinkRequested) -> State:
    connects, at = state.connects, event.at or state.now
    if at:
        connects = noted(connects, (at + timedelta(seconds=event.wait_s),), _limits(state.settings.kis))
    return replace(
        state, phase="asked", link=event.link, block_wait_s=0.0, needs_key=False,
        is_key_new=event.new_key or state.is_key_new, connects=connects,
    )  # fmt: skip


def _blocked(state: State, event: LinkBlocked) -> State:
    is_open = state.phase == "open" and event.link == state.link
    return replace(
        state, phase="blocked" if is_open else state.phase, block_wait_s=event.wait_s, needs_key=event.needs_key,
        in_use=state.in_use + event.is_in_use,
    )  # fmt: skip


def _wanted_link(state: State, at: datetime) -> tuple[Event, ...]:
    """The next link, after the longest of its waits; if that is for the budget, it is said."""
    is_wanted = state.is_session and state.settings.monitor.signal.use_intraday
    if state.now is None or not is_wanted or state.phase != "down" or state.block_wait_s == NEVER_S:
        return ()  # not before the first tick of a run, which tells what the run before came to
    first_s, budget_s = max(_reconnect_wait_s(state), state.block_wait_s), _budget_wait_s(state, at)
    request = LinkRequested(link=state.link + 1, wait_s=max(first_s, budget_s), new_key=state.needs_key, at=at)
    if budget_s <= first_s:
        return (request,)
    kis = state.settings.kis
    reason = f"no more than {kis.connects_per_10_min} connects in 10 minutes and {kis.connects_per_day} a day"
    return (LinkBlocked(link=state.link, reason=reason, wait_s=budget_s), request)


def _budget_wait_s(state: State, at: datetime) -> float:
    return round(wait_s(state.connects, at, _limits(state.settings.kis)), 3)


def _limits(kis: Kis) -> tuple[Limit, ...]:
    return Limit(kis.connects_per_10_min, 600), Limit(kis.connects_per_day, DAY_S)


def _may_renew(state: State, event: LinkRenewalWanted, at: datetime) -> bool:
    """Not if no other link could be opened right after: one that works a little is better than none."""
    is_open = state.phase == "open" and event.link == state.link
    return is_open and state.is_session and not _budget_wait_s(state, at)


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


def _heard(state: State, event: FrameReceived) -> tuple[Event, ...]:
    try:
        message = control_of(event.text)
    except ControlError as problem:
        return (ControlRejected(link=event.link, reason=str(problem)),)
    return _answer(state, message, event.link) if isinstance(message, Acknowledgement) else ()


def _answer(state: State, ack: Acknowledgement, link: int) -> tuple[Event, ...]:
    meaning, reason, feed = meaning_of(ack.msg_cd), f"{ack.msg_cd} {ack.text}", ack.tr_id or KRX_TRADES
    match meaning:
        case Meaning.subscribed:
            return (SubscribeConfirmed(code=ack.code, link=link, feed=feed),)
        case Meaning.released:
            return (UnsubscribeConfirmed(code=ack.code, link=link, feed=feed),)
        case Meaning.in_use | Meaning.new_key | Meaning.fatal:
            is_first = state.phase == "open" and link == state.link  # every command on the link is answered like that
            return (_block(state, meaning, reason),) if is_first else ()
    is_full, for_good = meaning is Meaning.capacity, meaning is Meaning.drop_key
    return (SubscribeRefused(code=ack.code, link=link, reason=reason, for_good=for_good, is_full=is_full, feed=feed),)


def _block(state: State, meaning: Meaning, reason: str) -> LinkBlocked:
    """A new approval key is got at once, but if that is refused too, not in a loop."""
    link, kis = state.link, state.settings.kis
    match meaning:
        case Meaning.in_use:
            longer_s = min(kis.ws_in_use_wait_sec * 2 ** min(state.in_use, 10), kis.ws_in_use_wait_max_sec)
            return LinkBlocked(link=link, reason=reason, wait_s=longer_s, is_in_use=True)
        case Meaning.new_key:
            key_wait_s = kis.ws_new_key_wait_sec if state.is_key_new else 0.0
            return LinkBlocked(link=link, reason=reason, wait_s=key_wait_s, needs_key=True)
    return LinkBlocked(link=link, reason=reason, wait_s=NEVER_S)


LISTENS: tuple[type[Event], ...] = (
    RunStarted, SettingsChanged, ClockTicked, SessionOpened, SessionClosed, LinkOpened, LinkLost, FrameReceived,
    SubscribeRequested, UnsubscribeRequested, LinkRenewalWanted,
)  # fmt: skip

CORE = Core(name="ws", listens=LISTENS, state=State, evolve=evolve, decide=decide, heeds=heeds)


class WsActor(CoreActor):
    """Opens and closes the link, and sends commands on it."""

    core = CORE

    def __init__(self, state: State, journal: Journal, mailbox: Mailbox, link: Link) -> None:
        super().__init__(state, journal, mailbox)
        self._link = link
        self._has_begun = False

    def perform(self, record: Record) -> None:
        """Acts on the socket. A request that a later one has overtaken is left alone: KIS allows one link.

        So is one of the run before, which was planned for another time.
        """
        match record.event:
            case RunStarted():
                self._has_begun = True
            case LinkRequested() if self._has_begun and record.event.link == self._state.link:
                self._link.open(record)
            case LinkReleased() | LinkBlocked():
                self._link.close(record.event.link)
            case SubscribeRequested():
                self._link.send(record.event.link, subscribe(record.event.code, record.event.feed))
            case UnsubscribeRequested():
                self._link.send(record.event.link, unsubscribe(record.event.code, record.event.feed))
