"""Said by the application."""

from datetime import date
from typing import Literal

from msgspec import Raw

from kis_actors.market.sessions import Calendar
from kis_actors.market.universe import Stock
from kis_actors.messages.base import Event
from kis_actors.messages.notify import NotifyRequested
from kis_actors.settings import Settings


class RunStarted(Event):
    """The daemon started with these settings; links, timers and unanswered questions of the run before are gone.

    in_doubt: what the run before asked channels to tell, without an outcome in the log.
    found: what was found of its log if it died, "" if it ended.
    """

    settings: Settings
    calendar: Calendar
    version: str
    dry_run: bool = False
    in_doubt: tuple[NotifyRequested, ...] = ()
    found: str = ""


class RunEnded(Event):
    """The daemon stopped on request, with everything it had decided in the log."""

    reason: str


class StateCarried(Event):
    """The state `actor` had at the end of the file before; the first records of every day file but the very first."""

    actor: str
    state: Raw


class UniverseLoaded(Event):
    """These are the codes to watch. source: where they were read. difference: what is new, "" for nothing."""

    stocks: tuple[Stock, ...]
    source: str
    difference: str = ""


class UniverseRefused(Event):
    """What was read cannot be the universe; the one before is kept."""

    reason: str


class SettingsChanged(Event):
    """The settings from now on, read again on request. difference: each change in words."""

    settings: Settings
    difference: tuple[str, ...]


class SettingsRefused(Event):
    """New settings were not taken, and those before stay. reasons: every one."""

    reasons: tuple[str, ...]


class SettingsUnchanged(Event):
    """The settings were read again on request, and say what they said before."""


class AccountRefused(Event):
    """KIS will never answer this account; the daemon ends. reason: KIS's words, and what to do."""

    reason: str


class ActorFailed(Event):
    """A bug: `actor` could not handle the record `input_seq`. The system starts again from the log."""

    actor: str
    input_seq: int
    error: str


class DaySealed(Event):
    """The log of `day` has a sealed file of `file_bytes`, which holds all of its `records`."""

    day: date
    records: int
    file_bytes: int


class DayRemoved(Event):
    """A file of the log of `day`, of so many bytes, is removed: what the settings keep lies beside it.

    kept: sealed (all of the day's records), or decisions (only what was decided). Said twice if a death interrupts it.
    """

    day: date
    kept: Literal["sealed", "decisions"]
    freed_bytes: int
