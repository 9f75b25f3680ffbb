"""What the daemon does with its log, without markets or people: a few runs, a new day, one small actor.

Starts as the daemon does, through `open_day`, and goes on from whatever an earlier process left behind.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
from facts import DAY, NEXT_DAY, NOW
from msgspec import Struct

from eventlog import store
from eventlog.day import path_of
from eventlog.mark import Mark
from eventlog.schema import Row
from eventlog.snapshot import Part, Snapshot, write_snapshot
from eventlog.store import Durability, Writer
from kis_actors import journal as journal_module
from kis_actors.day_files import Opening, open_day
from kis_actors.fingerprint import code_fingerprint
from kis_actors.journal import Journal
from kis_actors.messages import (
    ClockTicked,
    Event,
    FrameReceived,
    LinkOpened,
    LinkReleased,
    NotifyRequested,
    Record,
    RunEnded,
)
from kis_actors.turn import Core

MADE_BY = code_fingerprint()
"""Reads all the source, once for all the processes that are forked from this one."""
WAIT_S = 20
PAGES_BEFORE_CHECKPOINT = 8
"""SQLite's own 1000 would need a log of megabytes to come to its checkpoint."""
PAGES_BEFORE_FOLD, PAGE_BYTES, WAL_BYTES_MAX = 6, 4096, store.WAL_BYTES_MAX
"""The writer empties a long write-ahead log itself, before SQLite does here, or never."""


class Links(Struct, frozen=True):
    """How many links were opened, and how many of these were let go."""

    opened: int = 0
    released: int = 0


def evolve(state: Links, event: Event) -> Links:
    """Counts."""
    if isinstance(event, LinkOpened):
        return Links(state.opened + 1, state.released)
    return Links(state.opened, state.released + isinstance(event, LinkReleased))


def decide(state: Links, record: Record) -> tuple[Event, ...]:
    """Lets every link go at once."""
    return (LinkReleased(link=record.event.link),) if isinstance(record.event, LinkOpened) else ()


ACTOR = Core(name="actor", listens=(LinkOpened,), state=Links, evolve=evolve, decide=decide)


class Promise(NamedTuple):
    """What the writer said that is so. is_lasting: after a loss of power too."""

    mark: Mark
    is_lasting: bool


class Failed(Exception):
    """The journal reported that it cannot go on."""


Note = Callable[[int, bytes], None]
PROMISED, LASTING, TOLD = b"p", b"l", b"t"


class Story(NamedTuple):
    """One and the same from the same seed, and unlike that of any other.

    note: hears what was promised and told, at the moment it was.
    pragma: how SQLite is to sync instead, if the writer's own word is not to stand.
    links: of a run, at least and at most; each is a few commits.
    """

    seed: int
    note: Note
    durability: Durability = "full"
    pragma: str = ""
    links: tuple[int, int] = (2, 4)

    def tell(self, data_dir: Path) -> None:
        """Two runs, on one day or on two. Raises Failed."""
        chance = Random(self.seed)
        for day in (DAY, NEXT_DAY if self.seed % 3 else DAY):
            self._run(data_dir, day, chance)

    def go_on(self, data_dir: Path) -> None:
        """One more run, on the same day or, from what is there of it, on the next. Raises Failed."""
        chance = Random(self.seed)
        has_next = path_of(data_dir, NEXT_DAY).exists() or chance.random() < 0.5
        self._run(data_dir, NEXT_DAY if has_next else DAY, chance)

    def _run(self, data_dir: Path, day: date, chance: Random) -> None:
        opening = open_day(data_dir, day, (ACTOR,), self.durability)
        journal_module.MARK_S = chance.choice((0.0, 1e9))  # by chance and not by time, so that a story stays the same
        store.WAL_BYTES_MAX = chance.choice((PAGES_BEFORE_FOLD * PAGE_BYTES, WAL_BYTES_MAX))
        failures: list[BaseException] = []
        journal = Journal(
            lambda: self._writer(opening.path), last_at_ns=opening.last_at_ns, now_ns=lambda: self.seed,
            failed=lambda who, seq, bug: failures.append(bug),
        )  # fmt: skip
        journal.watch(self._told)
        journal.start()
        try:
            self._go_on(journal, opening, chance)
        finally:
            journal.stop()
            if failures:
                raise Failed(repr(failures[0])) from failures[0]

    def _go_on(self, journal: Journal, opening: Opening, chance: Random) -> None:
        links: Links = opening.states[ACTOR.name]
        for undecided in opening.undecided:
            journal.decided(*undecided)
        for number in range(links.opened, links.opened + chance.randint(*self.links)):
            cause = _written(journal, "socket", LinkOpened(link=number))
            for event in _happening(chance, number):
                _written(journal, "edge", event)
            _written(journal, ACTOR.name, LinkReleased(link=number), cause)
            if chance.random() < 0.3:
                _snapshot(journal, opening.path, Links(number + 1, number + 1))
        journal.observe("app", RunEnded(reason="stopped"))

    def _writer(self, path: Path) -> Writer:
        writer = NotingWriter(path, self.durability)
        writer.note_to(self.note, self.pragma)
        return writer

    def _told(self, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record.event, NotifyRequested):
                self.note(record.seq, TOLD)


class NotingWriter(Writer):
    """The real writer, whose promises are noted as it makes them."""

    _note: Note
    _pragma = ""

    def note_to(self, note: Note, pragma: str) -> None:
        """From now on; `pragma` stands against whatever the writer says."""
        self._connection.execute(f"pragma wal_autocheckpoint = {PAGES_BEFORE_CHECKPOINT}")
        self._note, self._pragma = note, pragma
        self._sync("full" if self._is_full else "normal")

    def append(self, rows: Sequence[Row], *, is_lasting: bool = False) -> None:
        """As the writer does."""
        super().append(rows, is_lasting=is_lasting)
        self._note(self.last_seq, (LASTING if self._is_full or is_lasting else PROMISED) + self.chain)

    def _sync(self, how: str) -> None:
        super()._sync(self._pragma or how)


def _written(journal: Journal, stream: str, event: Event, cause: int = 0) -> int:
    """The seq of `event`, durable and told. One commit each, so that a story does the same each time."""
    journal.decided(stream, (event,), cause)
    if not journal.flush(WAIT_S):
        raise Failed("the journal ended")
    return journal.last_seq


def _happening(chance: Random, number: int) -> list[Event]:
    """Small, large, and what has a person told."""
    text = "0123456789" * chance.choice((1, 20, 900))
    asked = NotifyRequested(alert_id=f"alert-{number}", channel="log", attempt=1, text="")
    events: tuple[list[Event], ...] = ([FrameReceived(link=number, text=text)], [ClockTicked(now=NOW)], [asked], [])
    return chance.choice(events)


def _snapshot(journal: Journal, path: Path, links: Links) -> None:
    commit = journal.settled(WAIT_S)
    if commit:
        part = Part(commit.seq, msgspec.Raw(msgspec.json.encode(links)))
        write_snapshot(path, Snapshot(MADE_BY, commit, {ACTOR.name: part}))
