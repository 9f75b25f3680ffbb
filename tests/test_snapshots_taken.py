"""When a snapshot is taken, and when better not."""

import time

import msgspec
import pykka
import pytest
from facts import NOW, tick

from eventlog import snapshot as snapshot_module
from eventlog.mark import Mark
from eventlog.snapshot import Snapshot, read_snapshot, snapshot_path_of
from kis_actors import snapshots
from kis_actors.actors import ws
from kis_actors.actors.base import CoreActor, Mailbox, noted
from kis_actors.messages import Record
from kis_actors.snapshots import Snapshots
from kis_actors.units import ns_of_instant

NOTED = {"scan": (7, b"{}"), "ws": (5, b'{"link":1}')}


class Settling:
    """A journal of which only the end counts."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.commit: Mark | None = Mark(9, b"c" * 32)
        self.order: list[str] = []

    def settled(self, timeout_s: float) -> Mark | None:
        self.order.append("settled")
        return self.commit


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot_module, "_fits", lambda path, snapshot: True)
    return tmp_path / "2026-11-20.db"


def taken(path, noted, journal=None) -> Snapshot | None:
    journal = journal or Settling()
    Snapshots(path, journal, lambda: noted).take()
    return read_snapshot(path, snapshots.code_fingerprint())


def test_each_actor_is_noted_at_its_own_place(path):
    snapshot = taken(path, NOTED)
    assert snapshot.commit == Mark(9, b"c" * 32)
    assert {name: (part.seq, bytes(part.state)) for name, part in snapshot.parts.items()} == NOTED


def test_states_are_asked_before_the_log_is_waited_for(path):
    """The other way about, a state might hold what the log does not."""
    journal = Settling()
    Snapshots(path, journal, lambda: journal.order.append("asked") or NOTED).take()
    assert journal.order == ["asked", "settled"]


@pytest.mark.parametrize("noted", [{}, {**NOTED, "ws": (0, b"{}")}])
def test_an_actor_that_was_told_nothing_yet_has_no_place(path, noted):
    assert taken(path, noted) is None


def test_a_log_that_does_not_settle_is_not_noted(path):
    journal = Settling()
    journal.commit = None
    assert taken(path, NOTED, journal) is None


def test_a_disk_that_takes_none_is_left_alone(tmp_path):
    Snapshots(tmp_path / "nowhere" / "2026-11-20.db", Settling(), lambda: NOTED).take()
    assert not (tmp_path / "nowhere").exists()


def test_the_one_before_stays_until_the_next_is_whole(path, monkeypatch):
    taken(path, NOTED)
    before = snapshot_path_of(path).read_bytes()
    monkeypatch.setattr(snapshot_module.os, "fsync", lambda _: (_ for _ in ()).throw(OSError))
    taken(path, {**NOTED, "ws": (8, b"{}")})
    assert snapshot_path_of(path).read_bytes() == before


@pytest.mark.parametrize(("records", "count"), [(19, 0), (20, 1)])
def test_one_is_taken_after_so_many_records(path, monkeypatch, records, count):
    for name, value in (("RECORDS_MIN", 20), ("GAP_S", 0), ("LOOK_S", 0.01)):
        monkeypatch.setattr(snapshots, name, value)
    journal = Settling()
    running = Snapshots(path, journal, lambda: NOTED)
    running.start()
    journal.last_seq = records
    deadline = time.monotonic() + (10 if count else 0.3)
    while not journal.order and time.monotonic() < deadline:
        time.sleep(0.01)
    running.stop()
    assert len(journal.order) == count


# --- the actors' answer


class Quiet:
    """A journal that takes all and tells nobody."""

    def decided(self, stream, events, cause) -> None: ...


class Quick(CoreActor):
    """A core without a world."""

    core = ws.CORE


@pytest.fixture
def actor():
    ref = Quick.start(ws.State(), Quiet(), Mailbox(lambda *_: None))
    yield ref
    if ref.is_alive():
        ref.stop()


def record(seq: int) -> Record:
    return Record(seq=seq, stream="clock", cause=0, at_ns=ns_of_instant(NOW), event=tick("10:00:00"))


def test_an_actor_says_the_last_it_was_told_and_its_state(actor):
    actor.tell([record(3), record(8)])
    assert noted({"ws": actor}) == {"ws": (8, msgspec.json.encode(ws.State(now=NOW)))}


def test_a_fresh_actor_has_no_place_in_the_log(actor):
    assert noted({"ws": actor})["ws"][0] == 0


def test_a_dead_actor_makes_it_nothing(actor):
    actor.stop()
    assert noted({"ws": actor}) == {}


def test_pykka_still_says_that_an_actor_is_dead(actor):
    actor.stop()
    with pytest.raises(pykka.ActorDeadError):
        actor.ask("state")
