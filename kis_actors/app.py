"""The composition root: builds the actors and their edges, starts, watches and stops them, and starts them again.

Starting is always recovery: the state comes out of the log, whether the run before ended by request, by a bug, by
kill -9, or because a new log day began.
"""

import gc
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal
from typing import Any, NamedTuple

import orjson
import pykka

from eventlog.store import Writer
from kis_actors import __version__
from kis_actors.actors import notify, scan, signal, subscription, ws
from kis_actors.actors.base import Mailbox, noted
from kis_actors.adapters.app_key_lock import app_key_lock
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.dead_man import DeadMan
from kis_actors.adapters.disk import DiskWatch
from kis_actors.adapters.lock import DirectoryLock
from kis_actors.adapters.telegram_poll import TelegramPoll
from kis_actors.adapters.ticker import Ticker
from kis_actors.adapters.universes import KnownUniverse, Universes
from kis_actors.channels.sender import ChannelSender
from kis_actors.chosen_channels import channels_for
from kis_actors.cores import CORES
from kis_actors.credentials import Credentials
from kis_actors.day_files import Damaged, Opening, day_to_open, open_day
from kis_actors.edges import Chat, poll_for, rest_for, rest_url_of, socket_for
from kis_actors.journal import Journal
from kis_actors.market.sessions import Calendar
from kis_actors.messages import AccountRefused, ActorFailed, RunEnded, RunStarted, SettingsChanged
from kis_actors.portable import put
from kis_actors.recovery import records_in
from kis_actors.reload import Reread, reloaded
from kis_actors.sealer import Sealer
from kis_actors.settings import Settings
from kis_actors.snapshots import Snapshots
from kis_actors.units import log_day_of
from kis_actors.view import REMEMBERED, View, health, status_of

Watch = Snapshots | DiskWatch | Ticker | DeadMan | TelegramPoll | Sealer
STREAM = "app"
WATCH_S = 0.5
STATUS_S = 1.0
FAILURES_MAX = 3
FAILURES_WITHIN_S = 600
PING_S = 10.0
SENDER_STOP_S = 5.0
DRAIN_ROUNDS_MAX = 20
NEEDS_A_PERSON = {"refused": "KIS refuses", "damaged": "the log is damaged", "full": "the disk is full"}


class Parts(NamedTuple):
    """All that a run is made from; while it runs, the universe and what only cores go by may change."""

    settings: Settings
    credentials: Credentials
    calendar: Calendar
    universe: KnownUniverse
    data_dir: Path
    clock: Clock
    is_dry_run: bool
    write: Callable[[str], None]


class Ending(NamedTuple):
    """Why a run ended. kind: stopped, new_day, failed, or one that NEEDS_A_PERSON."""

    kind: str
    reason: str


class App:
    """The daemon in one process. `stop` may be called from any thread, also from a signal handler."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.view = View()
        self.reload_wanted = Signal()
        self._stopping = Signal()
        self._system: System | None = None
        self._failures: deque[float] = deque(maxlen=FAILURES_MAX)

    def stop(self) -> None:
        """Asks for a clean end."""
        self._stopping.set()

    def reload(self, reread: Reread) -> None:
        """Swaps the settings for those that `reread` gives, or says why not; on the thread that runs."""
        self.reload_wanted.clear()
        told = reloaded(self.parts.settings, reread)
        if self._system:
            self._system.journal.observe(STREAM, told)
        if isinstance(told, SettingsChanged):
            self.parts = self.parts._replace(settings=told.settings)

    def run(self, on_second: Callable[[], None] = lambda: None) -> int:
        """Runs until stopped; the exit status of `kis-actors run`. Raises adapters.file_lock.Taken."""
        app_key = app_key_lock(rest_url_of(self.parts.settings), self.parts.credentials.app_key)
        with DirectoryLock(self.parts.data_dir), app_key:
            while True:
                ending = self._one_run(on_second)
                if ending.kind == "stopped":
                    return 0
                if ending.kind in NEEDS_A_PERSON:
                    self.parts.write(f"{NEEDS_A_PERSON[ending.kind]}: {ending.reason}")
                    return 78
                if ending.kind == "failed" and self._is_hopeless(ending):
                    return 70

    def _one_run(self, on_second: Callable[[], None]) -> Ending:
        system = None
        try:
            system = self._system = System(self.parts, self.view, self.reload_wanted.set)
            return system.watch(self._stopping, on_second)
        except Damaged as damage:
            return Ending("damaged", str(damage))
        except Exception as bug:  # a bug in a core shows here too, when the log is folded
            return Ending("failed", f"{type(bug).__name__}: {bug}")
        finally:
            if system:
                system.stop()

    def _is_hopeless(self, ending: Ending) -> bool:
        """Three failures within ten minutes; the process ends, for the service manager to decide."""
        self._failures.append(time.monotonic())
        many = len(self._failures) == FAILURES_MAX and self._failures[-1] - self._failures[0] < FAILURES_WITHIN_S
        gives_up = "giving up after three failures in ten minutes; start it again, and please report this line"
        what = gives_up if many else "starting again from the log"
        self.parts.write(f"internal error: {ending.reason}; {what}")
        return many


class System:
    """One run, from recovery to its end: the journal, five actors, and the edges."""

    def __init__(self, parts: Parts, view: View, reload: Callable[[], None]) -> None:
        self.parts = parts
        self.view = view
        self.ending: Ending | None = None
        self._day = day_to_open(parts.data_dir, log_day_of(parts.clock.now()), parts.write)
        settings = parts.settings
        opening = open_day(parts.data_dir, self._day, CORES, settings.log.durability)
        if opening.found:
            parts.write(opening.found)
        if not view.log_seq:
            view.see(list(records_in(opening.path, types=REMEMBERED)))
        self.journal = self._journal(opening)
        self.rest = rest_for(parts, self.journal, self._refused)
        self.universes = Universes(parts.universe, self.journal)
        self.socket = socket_for(parts, self.rest, self.journal, self._backlog)
        self.sender = ChannelSender(
            channels_for(parts), self.journal, parts.clock, opening.states["notify"].outbox.busy_until
        )
        poll = poll_for(parts, self.journal, opening.states["notify"].talk.last_update_id)
        self.chat = Chat(poll, reload)
        self._mailboxes = {core.name: Mailbox(self._failed) for core in CORES}
        self._actors = self._start_actors(opening.states)
        self.snapshots = Snapshots(opening.path, self.journal, lambda: noted(self._actors))
        self._watches: tuple[Watch, ...] = (
            self.snapshots, DiskWatch(parts.data_dir, self.journal, self._full), Ticker(self.journal, parts.clock),
            Sealer(parts.data_dir, settings.log, parts.write), *self._dead_man(), *filter(None, [poll]),
        )  # fmt: skip
        self._begin(opening)

    def watch(self, stopping: Signal, on_second: Callable[[], None]) -> Ending:
        """Waits for an end, meanwhile saying once a second how it goes."""
        said_at_s = 0.0
        while self.ending is None and not stopping.wait(WATCH_S):
            if time.monotonic() - said_at_s >= STATUS_S:
                said_at_s = time.monotonic()
                self._say_status()
                on_second()
            if log_day_of(self.parts.clock.now()) > self._day:
                return Ending("new_day", "a new log day begins")
        return self.ending or Ending("stopped", "asked to stop")

    def stop(self) -> dict[str, Any]:
        """Ends the run: edges, then what is queued, then the last word. The actors' last states, by name."""
        for watch in self._watches:
            watch.stop()
        self.socket.stop()
        self.rest.stop()
        self.universes.stop()
        self._drain()
        self.sender.stop(SENDER_STOP_S)
        self._drain()
        states = self._states()
        if self.ending is None:
            self.snapshots.take()
            self.journal.observe(STREAM, RunEnded(reason="stopped"))
        self.journal.stop()
        for ref in self._actors.values():
            ref.stop(timeout=PING_S)
        return states

    def _states(self) -> dict[str, Any]:
        """The state of each actor that lives, after all it was told."""
        return {name: ref.ask("state", timeout=PING_S) for name, ref in self._actors.items() if ref.is_alive()}

    def _journal(self, opening: Opening) -> Journal:
        journal = Journal(
            lambda: Writer(opening.path, self.parts.settings.log.durability),
            last_at_ns=opening.last_at_ns, now_ns=self.parts.clock.now_ns, failed=self._failed,
        )  # fmt: skip
        journal.watch(self.view.see)
        return journal

    def _dead_man(self) -> tuple[DeadMan, ...]:
        """Calls the user's own watch while all is well, if there is one."""
        url, notify_settings = self.parts.credentials.dead_man_url, self.parts.settings.notify
        is_wanted = url and not self.parts.is_dry_run
        return (DeadMan(url, notify_settings.dead_man_sec, self._is_well, self.parts.clock),) if is_wanted else ()

    def _is_well(self) -> bool:
        return self.ending is None and not self._reasons()

    def _start_actors(self, states: dict[str, Any]) -> dict[str, pykka.ActorRef[Any]]:
        """Starts all five and asks each for a sign of life: Pykka is silent about one that dies while starting."""
        journal, boxes = self.journal, self._mailboxes
        actors: dict[str, pykka.ActorRef[Any]] = {
            "scan": scan.ScanActor.start(states["scan"], journal, boxes["scan"], self.rest, self.universes),
            "subscription": subscription.SubscriptionActor.start(
                states["subscription"], journal, boxes["subscription"]
            ),
            "ws": ws.WsActor.start(states["ws"], journal, boxes["ws"], self.socket),
            "signal": signal.SignalActor.start(states["signal"], journal, boxes["signal"]),
            "notify": notify.NotifyActor.start(states["notify"], journal, boxes["notify"], self.sender, self.chat),
        }
        for core in CORES:
            actors[core.name].ask("state", timeout=PING_S)
            boxes[core.name].actor = actors[core.name]
            journal.listen(core, boxes[core.name].tell)
        return actors

    def _begin(self, opening: Opening) -> None:
        """What recovery decided late goes into the log first; then the run is told to all."""
        parts = self.parts
        self.journal.start()
        for undecided in opening.undecided:
            self.journal.decided(*undecided)
        started = RunStarted(
            settings=parts.settings, calendar=parts.calendar, version=__version__, dry_run=parts.is_dry_run,
            in_doubt=opening.in_doubt, found=opening.found,
        )  # fmt: skip
        self.journal.observe(STREAM, started)
        self.journal.observe(STREAM, parts.universe.event())
        self.rest.start()
        self.universes.start()
        for watch in self._watches:
            watch.start()
        gc.collect()
        gc.freeze()  # a full collection of a started process stops every thread for 50 ms and more

    def _drain(self) -> None:
        """Until nothing new comes: what actors still decide on what they were told is part of the run."""
        for _ in range(DRAIN_ROUNDS_MAX):
            seq = self.journal.last_seq
            if not self.journal.flush(PING_S):
                return
            self._states()
            if self.journal.last_seq == seq and not self.journal.backlog():
                return

    def _backlog(self) -> int:
        return self.journal.backlog() + sum(box.lag() for box in self._mailboxes.values())

    def _failed(self, who: str, seq: int, bug: BaseException) -> None:
        """A bug, told by the thread that died of it. The first one ends the run."""
        reason = f"{who} failed on record {seq}: {type(bug).__name__}: {bug}"
        if who != "journal":
            self.journal.observe(STREAM, ActorFailed(actor=who, input_seq=seq, error=f"{type(bug).__name__}: {bug}"))
        self.ending = self.ending or Ending("failed", reason)

    def _refused(self, reason: str) -> None:
        self.journal.observe(STREAM, AccountRefused(reason=reason))
        self.ending = self.ending or Ending("refused", reason)

    def _full(self, reason: str) -> None:
        self.ending = self.ending or Ending("full", reason)

    def _reasons(self) -> tuple[str, ...]:
        monitor, now = self.parts.settings.monitor, self.parts.clock.now()
        return health(
            self.view, now=now, scan_interval_s=monitor.scan_interval_sec, is_streaming=monitor.signal.use_intraday
        )

    def _say_status(self) -> None:
        now, reasons = self.parts.clock.now(), self._reasons()
        unfinished = self.parts.data_dir / "status.new"
        unfinished.write_bytes(orjson.dumps(status_of(self.view, now=now, reasons=reasons)))
        put(unfinished, unfinished.with_suffix(".json"))
