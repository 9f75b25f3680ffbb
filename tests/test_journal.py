"""The one writer: what is told is in the file by then, whole, in order, and to those who listen."""

import sqlite3
from threading import Event as Signal
from threading import Thread

import pytest
from days import rows_in, rows_of

from eventlog.integrity import START
from eventlog.mark import read_mark
from eventlog.store import Reader, Writer
from kis_actors import journal as journal_module
from kis_actors.journal import Journal
from kis_actors.messages import LinkLost, LinkOpened, LinkReleased, NotifyRequested, Record
from kis_actors.recovery import record_of
from kis_actors.turn import Core

WAIT_S = 20
LISTENER = Core(name="listener", listens=(LinkOpened,), state=list, evolve=lambda s, e: s, decide=lambda s, r: ())
OPENED, LOST, RELEASED = LinkOpened(link=1), LinkLost(link=1, reason=""), LinkReleased(link=1)


class Running:
    """A journal on a fresh file. commits: what was told after each, seen by a watcher."""

    def __init__(self, path, now_ns=lambda: 1):
        Writer.create(path, day="2026-11-20", last_seq=0, chain=START, durability="normal").close()
        self.path = path
        self.commits: list[list[Record]] = []
        self.failures: list[tuple[str, int, BaseException]] = []
        self.journal = Journal(
            lambda: Writer(path, "normal"), last_at_ns=0, now_ns=now_ns, failed=lambda *it: self.failures.append(it)
        )
        self.journal.watch(self.commits.append)

    def written(self) -> list[Record]:
        """What was taken, once it is durable and told."""
        self.journal.start()
        assert self.journal.flush(WAIT_S)
        self.journal.stop()
        with Reader(self.path) as reader:
            return [record_of(row) for row in reader.rows()]


@pytest.fixture
def running(tmp_path):
    return Running(tmp_path / "2026-11-20.db")


def test_what_is_told_is_already_in_the_file(running):
    seen = []
    running.journal.watch(lambda told: seen.append(rows_in(running.path)[-1].seq == told[-1].seq))
    running.journal.observe("socket", OPENED)
    running.written()
    assert seen == [True]


def test_listeners_too_hear_only_what_is_in_the_file(running):
    seen = []
    running.journal.listen(LISTENER, lambda told: seen.append(rows_in(running.path)[-1].seq == told[-1].seq))
    running.journal.observe("socket", OPENED)
    running.written()
    assert seen == [True]


def test_what_is_told_is_what_was_written(running):
    for number in range(50):
        running.journal.observe("socket", LinkOpened(link=number), cause=number)
    written = running.written()
    assert [record for commit in running.commits for record in commit] == written


def test_events_keep_the_order_they_were_taken_in(running):
    for number in range(50):
        running.journal.observe("socket", LinkOpened(link=number))
    assert [record.event.link for record in running.written()] == list(range(50))


def test_seqs_are_gapless(running):
    for number in range(50):
        running.journal.decided("ws", (LinkOpened(link=number),) * (1 + number % 3), cause=0)
    written = running.written()
    assert [record.seq for record in written] == list(range(1, len(written) + 1))


def test_a_unit_keeps_its_stream_and_cause(running):
    running.journal.decided("ws", (OPENED, RELEASED), cause=41)
    assert [(record.stream, record.cause) for record in running.written()] == [("ws", 41), ("ws", 41)]


@pytest.mark.parametrize("size", [2, 3, 7])
def test_a_unit_is_never_split(running, monkeypatch, size):
    monkeypatch.setattr(journal_module, "COMMIT_EVENTS_MAX", 5)
    for cause in range(40):
        running.journal.decided("ws", (OPENED,) * size, cause)
    running.written()
    causes = [{record.cause for record in commit} for commit in running.commits]
    assert sum(map(len, causes)) == 40


def test_what_has_gathered_is_committed_together(running):
    for _ in range(10):
        running.journal.observe("socket", OPENED)
    running.written()
    assert [len(commit) for commit in running.commits] == [10]


def test_a_commit_stops_at_its_limit(running, monkeypatch):
    monkeypatch.setattr(journal_module, "COMMIT_EVENTS_MAX", 5)
    for _ in range(12):
        running.journal.observe("socket", OPENED)
    running.written()
    assert [len(commit) for commit in running.commits] == [5, 5, 2]


def test_listeners_are_told_what_they_listen_to(running):
    heard = []
    running.journal.listen(LISTENER, heard.extend)
    for event in (OPENED, LOST, OPENED):
        running.journal.observe("socket", event)
    running.written()
    assert [record.seq for record in heard] == [1, 3]


def test_listeners_are_not_told_what_they_do_not_heed(running):
    heard = []
    running.journal.listen(LISTENER._replace(heeds=lambda event: event.link != 2), heard.extend)
    for link in (1, 2, 3):
        running.journal.observe("socket", LinkOpened(link=link))
    running.journal.decided("listener", (LinkOpened(link=2),), cause=0)
    running.written()
    assert [record.seq for record in heard] == [1, 3, 4]


def test_listeners_are_told_their_own_decisions(running):
    heard = []
    running.journal.listen(LISTENER, heard.extend)
    running.journal.decided("listener", (RELEASED,), cause=0)
    running.journal.decided("another", (RELEASED,), cause=0)
    running.written()
    assert [record.seq for record in heard] == [1]


def test_time_in_the_log_never_runs_backwards(tmp_path):
    times = iter([30, 10, 40])
    running = Running(tmp_path / "2026-11-20.db", now_ns=lambda: next(times))
    for _ in range(3):
        running.journal.observe("socket", OPENED)
    assert [record.at_ns for record in running.written()] == [30, 30, 40]


def test_a_stop_writes_what_has_gathered(running):
    running.journal.start()
    for _ in range(200):
        running.journal.observe("socket", OPENED)
    running.journal.stop()
    assert len(rows_in(running.path)) == 200


def test_a_decision_made_while_told_is_written_too(running):
    def answer(told):
        if isinstance(told[-1].event, LinkOpened):
            running.journal.decided("ws", (RELEASED,), told[-1].seq)

    running.journal.watch(answer)
    running.journal.observe("socket", OPENED)
    assert [record.cause for record in running.written()] == [0, 1]


def test_a_flush_in_vain_says_so(running):
    running.journal.observe("socket", OPENED)
    assert not running.journal.flush(0)


def test_a_backlog_counts_waiting_events(running):
    running.journal.decided("ws", (OPENED, RELEASED), 0)
    running.journal.observe("socket", OPENED)
    assert running.journal.backlog() == 3
    running.written()
    assert running.journal.backlog() == 0


def test_edges_may_observe_all_at_once(running):
    together = Signal()

    def observe_many(stream):
        together.wait(WAIT_S)
        for number in range(100):
            running.journal.observe(stream, LinkOpened(link=number))

    threads = [Thread(target=observe_many, args=(f"edge {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    running.journal.start()
    together.set()
    for thread in threads:
        thread.join(WAIT_S)
    assert running.journal.flush(WAIT_S)
    running.journal.stop()
    told = [record for commit in running.commits for record in commit]
    by_stream = [[record.event.link for record in told if record.stream == f"edge {n}"] for n in range(4)]
    assert by_stream == [list(range(100))] * 4


# --- the high-water mark

ASKED = NotifyRequested(alert_id="a", channel="log", attempt=1, text="told")


@pytest.fixture
def marks_when_told(running):
    """The seq of the mark at each telling."""
    seen = []
    running.journal.watch(lambda told: seen.append(read_mark(running.path).seq))
    return seen


def test_a_message_is_marked_before_it_is_told(running, monkeypatch, marks_when_told):
    monkeypatch.setattr(journal_module, "COMMIT_EVENTS_MAX", 1)
    running.journal.observe("socket", OPENED)
    running.journal.decided("notify", (ASKED,), 1)
    running.journal.observe("socket", OPENED)
    running.written()
    assert marks_when_told == [0, 2, 2]


def test_a_second_later_any_commit_is_marked(running, monkeypatch, marks_when_told):
    monkeypatch.setattr(journal_module, "COMMIT_EVENTS_MAX", 1)
    monkeypatch.setattr(journal_module, "MARK_S", 0)
    for _ in range(3):
        running.journal.observe("socket", OPENED)
    running.written()
    assert marks_when_told == [1, 2, 3]


def test_a_stop_marks_the_end(running, marks_when_told):
    running.journal.observe("socket", OPENED)
    running.written()
    assert (marks_when_told, read_mark(running.path).seq) == ([0], 1)


# --- settled


def test_what_was_taken_is_durable_once_settled(running):
    running.journal.start()
    for _ in range(50):
        running.journal.decided("ws", (OPENED, RELEASED), 0)
    commit = running.journal.settled(WAIT_S)
    with Reader(running.path) as reader:
        assert commit is not None and commit.seq >= 100 and reader.has_commit(*commit)
    running.journal.stop()


def test_settling_does_not_wait_for_what_comes_later(running, monkeypatch):
    """Each telling brings something new, so that the journal is never idle."""
    monkeypatch.setattr(journal_module, "COMMIT_EVENTS_MAX", 1)
    running.journal.watch(lambda told: running.journal.observe("socket", OPENED) if told[-1].seq < 2000 else None)
    running.journal.observe("socket", OPENED)
    running.journal.start()
    commit = running.journal.settled(WAIT_S)
    assert commit is not None and commit.seq < 2000
    assert running.journal.flush(WAIT_S)
    running.journal.stop()


def test_what_is_not_written_is_not_settled(running):
    running.journal.observe("socket", OPENED)
    assert running.journal.settled(0) is None


class DiskFull(Writer):
    """Its second commit fails."""

    def append(self, rows, **how):
        if self.last_seq:
            raise sqlite3.OperationalError("database or disk is full")
        super().append(rows, **how)

    def abandon(self):
        super().abandon()
        self.last_seq = -1


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A journal that committed one record, and failed on the next."""
    monkeypatch.setattr(journal_module, "COMMIT_EVENTS_MAX", 1)
    running = Running(tmp_path / "2026-11-20.db")
    running.journal._open_writer = lambda: running.__dict__.setdefault("writer", DiskFull(running.path, "normal"))
    running.journal.observe("socket", OPENED)
    running.journal.observe("socket", LOST)
    running.journal.start()
    running.journal._thread.join(WAIT_S)
    return running


a_thread_dies = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@a_thread_dies
def test_a_failed_commit_is_reported(broken):
    assert [(who, seq, str(bug)) for who, seq, bug in broken.failures] == [
        ("journal", 1, "database or disk is full")
    ]  # fmt: skip


@a_thread_dies
def test_a_failed_commit_is_not_told(broken):
    assert [record.seq for commit in broken.commits for record in commit] == [1]


@a_thread_dies
def test_nobody_waits_for_a_broken_journal(broken):
    assert not broken.journal.flush(WAIT_S)
    assert broken.journal.settled(WAIT_S) is None


@a_thread_dies
def test_a_broken_journal_lets_go_of_the_file(broken):
    assert broken.writer.last_seq == -1
    writer = Writer(broken.path, "normal")
    writer.append(rows_of([Record(seq=2, stream="socket", cause=0, at_ns=1, event=LOST)]))
    writer.close()
    assert len(rows_in(broken.path)) == 2
