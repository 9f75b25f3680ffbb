"""A long log is checked and folded by two processes: what comes out is what one would find."""

import os

import pytest
from days import played, tampered, written

from eventlog.verdict import verdict_on
from kis_actors import long_logs
from kis_actors.cores import CORES
from kis_actors.long_logs import checked_and_rebuilt
from kis_actors.recovery import rebuilt_from

COUNTS = (60, 140, 200)
"""Of units of the day: what an actor had not come to decide is found in each."""


@pytest.fixture
def calls(monkeypatch):
    """Every log is long here. The actors that this process folded, in their order."""
    folded = []

    def noted(path, cores, snapshot):
        folded.append([core.name for core in cores])
        return rebuilt_from(path, cores, snapshot)

    monkeypatch.setattr(long_logs, "LONG", 1)
    monkeypatch.setattr(long_logs, "_cores", lambda: 2)
    monkeypatch.setattr(long_logs, "rebuilt_from", noted)
    return folded


@pytest.mark.parametrize("count", COUNTS)
def test_two_processes_find_what_one_finds(tmp_path, calls, count):
    path = written(tmp_path, played(seed=6).units[:count])
    verdict, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (verdict, rebuilt()) == (verdict_on(path), rebuilt_from(path, CORES))
    assert calls == [["signal"]]


def test_something_is_undecided_in_one_of_them(tmp_path):
    days = [written(tmp_path / str(count), played(seed=6).units[:count]) for count in COUNTS]
    assert any(rebuilt_from(path, CORES).undecided for path in days)


def test_a_short_log_is_left_to_one_process(tmp_path, calls, monkeypatch):
    monkeypatch.setattr(long_logs, "LONG", 10**6)
    path = written(tmp_path, played(seed=6).units[:60])
    _, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (rebuilt().states, calls) == (rebuilt_from(path, CORES).states, [[core.name for core in CORES]])


def test_damage_is_said_even_where_nothing_can_be_folded(tmp_path, calls):
    day = played(seed=6)
    path = written(tmp_path, day.units)
    seq = next(record.seq for unit in day.units for record in unit if type(record.event).__name__ == "FrameReceived")
    tampered(path, seq, b"no JSON")
    verdict, _ = checked_and_rebuilt(path, CORES, None)
    assert verdict.finding


def test_where_there_is_no_other_process_one_does_it_all(tmp_path, calls, monkeypatch):
    def none(*_):
        raise OSError("no semaphores here")

    monkeypatch.setattr(long_logs, "ProcessPoolExecutor", none)
    path = written(tmp_path, played(seed=6).units[:60])
    verdict, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (verdict, rebuilt()) == (verdict_on(path), rebuilt_from(path, CORES))


def die() -> None:
    """In the other process, at its start."""
    os._exit(1)


def test_what_a_process_that_dies_leaves_undone_one_does(tmp_path, calls, monkeypatch):
    monkeypatch.setattr(long_logs, "_begin", die)
    path = written(tmp_path, played(seed=6).units[:60])
    verdict, rebuilt = checked_and_rebuilt(path, CORES, None)
    assert (verdict, rebuilt()) == (verdict_on(path), rebuilt_from(path, CORES))
    assert calls[-1] == [core.name for core in CORES]
