"""A long log is done by two processes: what comes out is what one would find."""

import os
import sqlite3
import subprocess
import sys
from subprocess import DEVNULL
from types import SimpleNamespace

import msgspec
import pytest
from days import played, rows_in, tampered, written
from facts import at, tick

from eventlog.mark import mark_path_of
from eventlog.verdict import verdict_on
from kis_actors import long_logs, read_ahead
from kis_actors.cores import CORES
from kis_actors.frames_read import FrameRead
from kis_actors.long_logs import checked_and_rebuilt, compared
from kis_actors.messages import Record, SignalRaised
from kis_actors.recovery import Unreadable, rebuilt_from
from kis_actors.replay import compare

COUNTS = (60, 140, 200)
"""Of units of the day: what an actor had not come to decide is found in each."""


@pytest.fixture
def alone(monkeypatch):
    """Every log is long here. What was left to one process all the same."""
    left = []
    monkeypatch.setattr(long_logs, "LONG", 1)
    monkeypatch.setattr(long_logs, "cores_there_are", lambda: 2)
    for whole in (rebuilt_from, compare):
        name = whole.__name__
        monkeypatch.setattr(long_logs, name, lambda *args, name=name, whole=whole: left.append(name) or whole(*args))
    return left


def no_progress(seq: int) -> None:
    pass


def both(path, until=None):
    """The replay by two processes, and by one."""
    return compared(CORES, path, until, no_progress), compare(CORES, path, until, no_progress)


def lied_about(path, kind: str, **values: object) -> None:
    """By somebody who knows the format, and took the mark away."""
    row = next(row for row in rows_in(path) if row.type == kind)
    tampered(path, row.seq, msgspec.json.encode(msgspec.json.decode(row.payload) | values))
    mark_path_of(path).unlink(missing_ok=True)


# --- a start


@pytest.mark.parametrize("count", COUNTS)
def test_two_processes_find_what_one_finds(tmp_path, alone, count):
    path = written(tmp_path, played(seed=6).units[:count])
    verdict, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (verdict, rebuilt()) == (verdict_on(path), rebuilt_from(path, CORES))
    assert alone == []


def test_something_is_undecided_in_one_of_them(tmp_path):
    days = [written(tmp_path / str(count), played(seed=6).units[:count]) for count in COUNTS]
    assert any(rebuilt_from(path, CORES).undecided for path in days)


@pytest.mark.parametrize("causes", [(), range(0, 10**6, 3)])
def test_what_is_sent_in_many_pieces_is_the_same(tmp_path, monkeypatch, causes):
    rows, sent, kept = rows_in(written(tmp_path, played(seed=6).units)), [], []
    monkeypatch.setattr(read_ahead, "BATCH_ROWS", 10)
    monkeypatch.setattr(read_ahead, "_sender", SimpleNamespace(send_bytes=sent.append), raising=False)
    ahead = read_ahead._Ahead(SimpleNamespace(take=kept.extend, causes=causes))
    for start in range(0, len(rows), 7):
        ahead.hear(rows[start : start + 7])
        ahead.hear(rows[:7])  # a second look at what was good
    ahead.send()
    told = [record for piece in sent for record in read_ahead._records_of(read_ahead._decode(piece))]
    assert [record.seq for record in told] == [row.seq for row in rows]
    assert len(sent) > 5
    assert kept == [one for one in told if one.seq in causes or not isinstance(one.event, FrameRead)]


def test_frames_come_read(tmp_path):
    """Or nothing would be won."""
    rows = rows_in(written(tmp_path, played(seed=6).units))
    runs, records = read_ahead._taken_apart(rows, range(10**6))
    assert sum(len(run.frames) + len(run.rows) for run in runs) == len(rows)
    told = list(read_ahead._records_of(read_ahead._decode(read_ahead._encode(runs))))
    assert [record.seq for record in told] == [row.seq for row in rows]
    assert told == records
    assert sum(isinstance(record.event, FrameRead) for record in told) > 0


def test_a_short_log_is_left_to_one_process(tmp_path, alone, monkeypatch):
    monkeypatch.setattr(long_logs, "LONG", 10**6)
    path = written(tmp_path, played(seed=6).units[:60])
    _, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (rebuilt().states, alone) == (rebuilt_from(path, CORES).states, ["rebuilt_from"])


def test_damage_is_said_even_where_nothing_can_be_folded(tmp_path, alone):
    path = written(tmp_path, played(seed=6).units)
    seq = next(row.seq for row in rows_in(path) if row.type == "FrameReceived")
    tampered(path, seq, b"no JSON")
    verdict, _ = checked_and_rebuilt(path, CORES, None)
    assert verdict.finding


@pytest.mark.parametrize("kind", ["FrameReceived", "ClockTicked"])
def test_what_no_version_can_read_is_said_as_ever(tmp_path, alone, kind):
    """In either process."""
    path = written(tmp_path, played(seed=6).units)
    lied_about(path, kind, link="none", now="never")
    _, rebuilt = checked_and_rebuilt(path, CORES, None)
    with pytest.raises(Unreadable, match=kind):
        rebuilt()


def test_where_there_is_no_other_process_one_does_it_all(tmp_path, alone, monkeypatch):
    def none(*_):
        raise OSError("no semaphores here")

    monkeypatch.setattr(read_ahead, "ProcessPoolExecutor", none)
    path = written(tmp_path, played(seed=6).units[:60])
    verdict, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (verdict, rebuilt()) == (verdict_on(path), rebuilt_from(path, CORES))


def die(*_: object) -> None:
    """In the other process, at its start."""
    os._exit(1)


def test_what_a_process_that_dies_leaves_undone_one_does(tmp_path, alone, monkeypatch):
    monkeypatch.setattr(read_ahead, "_begin", die)
    path = written(tmp_path, played(seed=6).units[:60])
    verdict, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (verdict, rebuilt()) == (verdict_on(path), rebuilt_from(path, CORES))
    assert alone == ["rebuilt_from"]


def test_a_bug_of_ours_is_not_covered_up(tmp_path, alone, monkeypatch):
    """And the other process does not wait for ever to be heard."""

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(long_logs.Folding, "take", broken)
    with pytest.raises(ZeroDivisionError):
        checked_and_rebuilt(written(tmp_path, played(seed=6).units), CORES, None)


# --- a replay


@pytest.mark.parametrize("count", COUNTS)
def test_two_processes_compare_what_one_compares(tmp_path, alone, count):
    path = written(tmp_path, played(seed=6).units[:count])
    by_two, by_one = both(path)
    assert by_two == by_one
    assert by_two.is_identical and by_two.decisions and alone == []


@pytest.mark.parametrize("kind", ["SignalRaised", "NotifyRequested", "ScanRequested"])
def test_a_difference_in_either_process_is_found(tmp_path, alone, kind):
    path = written(tmp_path, played(seed=1).units)
    lied_about(path, kind, code="000000", text="a lie", codes=["000001"])
    by_two, by_one = both(path)
    assert by_two == by_one and by_two.differing
    assert alone == []


def test_the_first_of_several_differences_is_named(tmp_path, alone):
    path = written(tmp_path, played(seed=1).units)
    for kind in ("SignalRaised", "NotifyRequested", "ScanRequested"):
        lied_about(path, kind, code="000000", text="a lie", codes=["000001"])
    by_two, by_one = both(path)
    assert by_two == by_one and by_two.differing >= 3
    assert alone == []


@pytest.mark.parametrize("lies", [(), ("SignalRaised",)])
def test_what_an_actor_decided_on_a_frame_it_does_not_hear_is_found(tmp_path, alone, lies):
    """As another version might have done; beside a difference on the same frame, too."""
    day = played(seed=6)
    told = next(record for record in day.records if isinstance(record.event, SignalRaised))
    last = day.records[-1]
    heard_not = Record(last.seq + 1, "ws", told.cause, last.at_ns, tick("15:32:00"))
    path = written(tmp_path, [*day.units, [heard_not]])
    for kind in lies:
        lied_about(path, kind, code="000000")
    by_two, by_one = both(path)
    assert by_two == by_one
    assert by_two.first.heard.seq == told.cause and by_two.differing > len(lies)
    assert alone == []


def test_a_replay_by_two_stops_at_an_instant_too(tmp_path, alone):
    path = written(tmp_path, played(seed=6).units)
    by_two, by_one = both(path, at("09:10:00"))
    assert by_two == by_one
    assert 0 < by_two.records < len(rows_in(path))


def test_a_replay_says_how_far_it_is(tmp_path, alone):
    path, seqs = written(tmp_path, played(seed=6).units), []
    compared(CORES, path, None, seqs.append)
    assert seqs == sorted(seqs) and seqs[-1] == len(rows_in(path))


def test_a_damaged_day_is_replayed_by_one(tmp_path, alone):
    path = written(tmp_path, played(seed=6).units)
    seq = next(row.seq for row in rows_in(path) if row.type == "ClockTicked")
    connection = sqlite3.connect(path)
    connection.execute("update records set at = at + 1 where seq = ?", (seq,))
    connection.commit()
    connection.close()
    by_two, by_one = both(path)
    assert by_two == by_one and by_two.damage
    assert alone == ["compare"]


# --- ends

NEVER_DONE = """
import sys, time
from pathlib import Path
from kis_actors import long_logs
from kis_actors.cores import CORES

def stuck(*_):
    print("both are there", flush=True)
    time.sleep(600)  # until it is killed

long_logs.LONG, long_logs.cores_there_are, long_logs.Folding.take = 1, lambda: 2, stuck
long_logs.checked_and_rebuilt(Path(sys.argv[1]), CORES, None)
"""


def test_the_other_process_ends_with_one_that_is_killed(tmp_path):
    """It has the same standard output, which ends when nobody has it any more."""
    path = written(tmp_path, played(seed=6).units)
    with subprocess.Popen([sys.executable, "-c", NEVER_DONE, path], stdout=subprocess.PIPE, stderr=DEVNULL) as process:
        assert process.stdout and process.stdout.readline()
        process.kill()
        assert process.communicate(timeout=30) == (b"", None)
