"""One life of the daemon: its own journal, actors and recovery, stepped by hand instead of by threads."""

from collections import deque
from typing import Any, NamedTuple

from eventlog.mark import Mark
from kis_actors.actors import notify, scan, signal, subscription, ws
from kis_actors.actors.base import SNAPSHOT, CoreActor, Mailbox
from kis_actors.cores import CORES
from kis_actors.day_files import Opening
from kis_actors.journal import Journal
from kis_actors.market.sessions import Calendar
from kis_actors.market.universe import Stock
from kis_actors.messages import Event, Record, RunStarted, UniverseLoaded, UniverseRefused
from kis_actors.recovery import record_of
from kis_actors.snapshots import Snapshots
from kis_actors.turn import hears, take_turn
from simulation.disk import Broken, Folder, Writer
from simulation.link import Socket
from simulation.people import Channels, Chat
from simulation.quotes import Quotes
from simulation.stage import Stage

Decisions = dict[tuple[str, int], tuple[Event, ...]]
"""What was decided: by actor and cause."""
BACKLOG_MAX = 300
"""The real mailboxes are bounded by the reader, which waits; here the world waits."""


class Edges(NamedTuple):
    """The world, as the actors' shells see it."""

    quotes: Quotes
    socket: Socket
    channels: Channels
    chat: Chat


class Universes:
    """The port of the universe: the same codes as ever, or an unreadable file."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def ask(self, question: Record) -> None:
        """Takes a UniverseRequested."""
        self._stage.require_durable(question)
        is_bad = self._stage.happens(self._stage.fates.rest_fails)
        answer: Event = UniverseRefused(reason="no such file") if is_bad else universe_of(self._stage.codes)
        self._stage.in_process(0.1, lambda: self._stage.observe("universe", answer, question.seq))


class Inbox:
    """Stands for an actor's reference: what it is told waits here until the scheduler picks it."""

    def __init__(self) -> None:
        self.mail: deque[Record] = deque()
        self.told_seq = 0

    def tell(self, records: list[Record]) -> None:
        """Takes durable records."""
        self.mail += records
        self.told_seq = records[-1].seq


class NotingJournal(Journal):
    """A journal that remembers what each actor decided in this life, by stream and cause."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.noted: Decisions = {}

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        """Takes it, and notes it."""
        self.noted[(stream, cause)] = events
        super().decided(stream, events, cause)


class Process:
    """Lives from recovery until it is killed. Raises Killed out of any step, and Broken if an actor dies of a bug."""

    def __init__(self, stage: Stage, edges: Edges, opening: Opening, path: Folder) -> None:
        stage.life += 1
        self.stage = stage
        self.path = path
        self.writer: Any = Writer(path)
        self.journal = NotingJournal(
            lambda: self.writer, last_at_ns=opening.last_at_ns, now_ns=lambda: stage.now_ns, failed=_died
        )
        self.journal.last_seq = self._first_seq = self.writer.last_seq
        self.inboxes = {core.name: Inbox() for core in CORES}
        self.handled = dict.fromkeys(self.inboxes, self.writer.last_seq)
        self.actors = self._actors(opening.states, edges)
        self._snapshots = Snapshots(path, self, self._noted)  # type: ignore[arg-type]
        self._begin(opening, edges)

    def is_idle(self) -> bool:
        """Whether nothing is left to do."""
        return not self.journal.backlog() and not any(box.mail for box in self.inboxes.values())

    def is_behind(self) -> bool:
        """Whether so much is left that the world has to wait."""
        return sum(len(box.mail) for box in self.inboxes.values()) > BACKLOG_MAX

    def step(self) -> bool:
        """One actor handles its next record, or the journal commits what has gathered; chance picks who.

        False if nothing is left to do.
        """
        busy = [name for name, box in self.inboxes.items() if box.mail]
        picked = int(self.stage.chance.random() * (len(busy) + bool(self.journal.backlog())))
        if picked < len(busy):
            self._handle(busy[picked])
        elif self.journal.backlog():
            self.commit()
        else:
            return False
        return True

    def commit(self) -> None:
        """The journal's own next step."""
        if not self.journal.backlog():
            return
        units = self.journal._gathered()
        self.stage.trace("commits", sum(len(unit.events) for unit in units))
        self.journal._commit(self.writer, units)

    def perhaps_snapshot(self, probability: float) -> None:
        """Takes one, if chance wants it."""
        if self.stage.happens(probability):
            self.take_snapshot()

    def take_snapshot(self) -> None:
        """As the thread does that takes them, while the actors go on."""
        self._go_on()
        self.stage.trace("takes a snapshot")
        self._snapshots.take()

    def settled(self, _: float) -> Mark | None:
        """Stands for the journal's: the actors go on for a while, then all that was taken is committed."""
        self._go_on()
        while self.journal.backlog():
            self.commit()
        return self.journal._last_commit

    def states(self) -> dict[str, Any]:
        """The state of each actor as it lives."""
        return {name: actor._state for name, actor in self.actors.items()}

    def end(self) -> tuple[dict[str, Any], Decisions]:
        """The states after everything durable, also what nobody was told of any more; and what was decided on that
        and is not durable. Ends the actors' use.
        """
        states, decisions = self.states(), dict(self.journal.noted)
        for row in self.path.file.rows_after(min(self.handled.values())):
            self._catch_up(states, decisions, record_of(row))
        written = {(row.stream, row.cause) for row in self.path.file.rows_after(self._first_seq)}
        unwritten = (place for place in decisions if place[0] in self.inboxes and place not in written)
        return states, {place: decisions[place] for place in unwritten}

    def told_seq(self) -> int:
        """The last record that any actor was told."""
        return max(box.told_seq for box in self.inboxes.values())

    def _go_on(self) -> None:
        for _ in range(self.stage.chance.randint(0, 4)):
            self.step()

    def _noted(self) -> dict[str, tuple[int, bytes]]:
        return {name: actor.on_receive(SNAPSHOT) for name, actor in self.actors.items()}

    def _catch_up(self, states: dict[str, Any], decisions: Decisions, record: Record) -> None:
        for core in CORES:
            if record.seq > self.handled[core.name] and hears(core, record):
                states[core.name], decided = take_turn(core, states[core.name], record)
                decisions.update({(core.name, record.seq): decided} if decided else {})

    def _handle(self, name: str) -> None:
        record = self.inboxes[name].mail.popleft()
        self.stage.trace("handles", name, record.seq, type(record.event).__name__)
        self.stage.handling = record
        self.actors[name].on_receive([record])
        self.stage.handling = None
        self.handled[name] = record.seq

    def _actors(self, states: dict[str, Any], edges: Edges) -> dict[str, CoreActor]:
        boxes, journal = {name: Mailbox(_died) for name in self.inboxes}, self.journal
        for core in CORES:
            boxes[core.name].actor = self.inboxes[core.name]  # type: ignore[assignment]
            journal.listen(core, boxes[core.name].tell)
        universes = Universes(self.stage)
        return {
            "scan": scan.ScanActor(states["scan"], journal, boxes["scan"], edges.quotes, universes),
            "subscription": subscription.SubscriptionActor(
                states["subscription"], journal, boxes["subscription"]
            ),
            "ws": ws.WsActor(states["ws"], journal, boxes["ws"], edges.socket),
            "signal": signal.SignalActor(states["signal"], journal, boxes["signal"]),
            "notify": notify.NotifyActor(states["notify"], journal, boxes["notify"], edges.channels, edges.chat),
        }  # fmt: skip

    def _begin(self, opening: Opening, edges: Edges) -> None:
        """As app.System does it."""
        for undecided in opening.undecided:
            self.journal.decided(*undecided)
        self.stage.attach(self.journal)
        started = RunStarted(
            settings=self.stage.settings, calendar=Calendar(), version="simulation", in_doubt=opening.in_doubt,
            found=opening.found,
        )
        self.stage.observe("app", started)
        self.stage.observe("app", universe_of(self.stage.codes))
        edges.channels.begin(opening.states["notify"].outbox.busy_until)
        edges.chat.listen(opening.states["notify"].talk.last_update_id)


def universe_of(codes: tuple[str, ...]) -> UniverseLoaded:
    """The codes as a universe."""
    return UniverseLoaded(stocks=tuple(Stock(code, f"name of {code}", "KOSPI") for code in codes), source="simulation")


def _died(who: str, seq: int, bug: BaseException) -> None:
    if isinstance(bug, Broken):
        raise bug
    raise Broken(f"bug: {who} failed on record {seq}: {type(bug).__name__}: {bug}") from bug
