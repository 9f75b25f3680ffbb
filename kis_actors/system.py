"""The composition root of one run: builds the journal, the actors and their edges, starts, watches and stops them."""

import gc
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from typing import Any, NamedTuple

import pykka

from eventlog.store import Writer
from kis_actors import __version__
from kis_actors.actors import notify, scan, signal, subscription, ws
from kis_actors.actors.base import Mailbox, noted
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.dead_man import DeadMan
from kis_actors.adapters.disk import DiskWatch
from kis_actors.adapters.service_manager import ServiceManager
from kis_actors.adapters.telegram_poll import TelegramPoll
from kis_actors.adapters.ticker import Ticker
from kis_actors.adapters.universes import KnownUniverse, Universes
from kis_actors.channels.sender import ChannelSender
from kis_actors.chosen_channels import channels_for
from kis_actors.cores import CORES
from kis_actors.credentials import Credentials
from kis_actors.day_files import Opening, day_to_open, open_day
from kis_actors.edges import Chat, poll_for, rest_for, socket_for
from kis_actors.journal import Journal
from kis_actors.market.sessions import Calendar
from kis_actors.messages import AccountRefused, ActorFailed, RunEnded, RunStarted
from kis_actors.recovery import records_in
from kis_actors.round_trip import LATE_S, RoundTrip
from kis_actors.sealer import Sealer
from kis_actors.settings import Settings
from kis_actors.snapshots import Snapshots
from kis_actors.status import status_of, write_status
from kis_actors.units import log_day_of
from kis_actors.view import REMEMBERED, View, health
from kis_actors.vitals import log_files, process, real_now
from kis_actors.watch_page import WatchPage

Watch = Snapshots | DiskWatch | Ticker | DeadMan | TelegramPoll | Sealer | WatchPage
STREAM = "app"
WATCH_S = 0.5
STATUS_S = 1.0
PING_S = 10.0
SENDER_STOP_S = 5.0
DRAIN_ROUNDS_MAX = 20


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
    manager: ServiceManager = ServiceManager("")


class Ending(NamedTuple):
    """Why a run ended. kind: stopped, new_day, one that MAY_PASS, or one that NEEDS_A_PERSON (see app)."""

    kind: str
    reason: str


class System:
    """One run, from recovery to its end: the journal, five actors, and the edges."""

    def __init__(self, parts: Parts, view: View, reload: Callable[[], None]) -> None:
        self.parts = parts
        self.view = view
        self.ending: Ending | None = None
        self._started_at = real_now()
        parts.manager.tell_state("reading the log")
        self._day = day_to_open(parts.data_dir, log_day_of(parts.clock.now()), parts.write)
        settings = parts.settings
        opening = open_day(parts.data_dir, self._day, CORES, settings.log.durability)
        self._path = opening.path
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
        self.round_trip = RoundTrip(self._mailboxes, time.monotonic, max(LATE_S, parts.clock.real_s(LATE_S)))
        self._actors = self._start_actors(opening.states)
        self.snapshots = Snapshots(opening.path, self.journal, lambda: noted(self._actors))
        self._watches: tuple[Watch, ...] = (
            self.snapshots, DiskWatch(parts.data_dir, self.journal, self._full), Ticker(self.journal, parts.clock),
            Sealer(parts.data_dir, settings.log, parts.write, self.journal), WatchPage(settings, parts.write),
            *self._dead_man(), *filter(None, [poll]),
        )  # fmt: skip
        self._begin(opening)
        parts.manager.tell("READY=1")

    def watch(self, stopping: Signal, on_second: Callable[[], None]) -> Ending:
        """Waits for an end; meanwhile says once a second how it goes, and feeds the watchdog while trips come round."""
        said_at_s = 0.0
        while self.ending is None and not stopping.wait(WATCH_S):
            if self.round_trip.look(tick_seq=self.view.tick_seq, log_seq=self.journal.last_seq):
                self.parts.manager.tell("WATCHDOG=1")
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
        reason = f"internal error: {who} failed on record {seq}: {type(bug).__name__}: {bug}"
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
        reasons = health(
            self.view, now=now, scan_interval_s=monitor.scan_interval_sec, is_streaming=monitor.signal.use_intraday
        )
        trouble = self.round_trip.trouble()
        return (trouble, *reasons) if trouble else reasons

    def _say_status(self) -> None:
        """A status that cannot be written is no reason to stop: whoever reads it sees that it is old."""
        reasons = self._reasons()
        status = status_of(self.view, now=self.parts.clock.now(), reasons=reasons)
        with suppress(OSError):
            write_status(self.parts.data_dir, status | self._vitals())
        self.parts.manager.tell_state("; ".join(reasons) or f"healthy, {self.view.live()} codes live")

    def _vitals(self) -> dict[str, Any]:
        """What no record says: of the process, its threads, and the world's edges."""
        commits = self.journal.commit_times
        return {
            "version": __version__,
            "dry_run": self.parts.is_dry_run,
            "started_at": self._started_at,
            "written_at": real_now(),
            "round_trip": {"age_s": self.round_trip.age_s(), "took_s": self.round_trip.took_s},
            "rest": dict(vars(self.rest.counts)),
            "mailboxes": {name: box.lag() for name, box in self._mailboxes.items()},
            "journal": {"waiting": self.journal.backlog(), "commits": commits.counts, "commit_s": commits.total_s},
            "slots_max": self.view.slot_limit or self.parts.settings.monitor.max_ws_subs,
            "process": process(),
            "log": log_files(self._path),
        }
