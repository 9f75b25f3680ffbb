"""A recorded day through today's cores: the same decisions, or the first that is not."""

from typing import Any

import msgspec
import pytest
from days import Day, logged, played, rows_in, rows_of, run_of_the_day, tampered, written
from facts import NEXT_DAY, OPENED, acknowledged, at, raised, tick

from eventlog.store import Writer
from kis_actors import replay
from kis_actors.cores import CORES
from kis_actors.day_files import open_day
from kis_actors.messages import AlertDecided, AlertSuppressed, DailyBarsReturned, NotifyRequested, SignalRaised
from kis_actors.recovery import rebuilt_from, record_of
from kis_actors.replay import compare


def compared(path: Any, until: Any = None) -> Any:
    return compare(CORES, path, until, lambda seq: None)


@pytest.fixture
def path(tmp_path):
    """A day with two alerts, a lost link and a restart."""
    return written(tmp_path, played(seed=1).units)


def seqs_of(path: Any, kind: type) -> list[int]:
    return [row.seq for row in rows_in(path) if row.type == kind.__name__]


def changed(path: Any, seq: int, **values: object) -> bytes:
    """The payload at `seq` with other values in it."""
    (row,) = [row for row in rows_in(path) if row.seq == seq]
    return msgspec.json.encode(msgspec.json.decode(row.payload) | values)


# --- the same again


@pytest.mark.parametrize("seed", range(4))
def test_a_day_comes_out_as_it_was(tmp_path, seed):
    day = played(seed)
    comparison = compared(written(tmp_path, day.units))
    assert (comparison.differing, comparison.first) == (0, None)


def test_every_decision_is_compared(path):
    decided = [row for row in rows_in(path) if row.stream in [core.name for core in CORES]]
    assert compared(path).decisions == len(decided)


def test_every_record_is_read(path):
    assert compared(path).records == len(rows_in(path))


def test_a_replay_may_stop_at_an_instant(path):
    instants = [record_of(row).at for row in rows_in(path)]
    assert compared(path, at("09:10:00")).records == sum(instant <= at("09:10:00") for instant in instants)


def test_a_replay_says_how_far_it_is(path):
    seqs: list[int] = []
    compare(CORES, path, None, seqs.append)
    assert seqs == [1]


def test_turns_lost_in_a_kill_are_no_difference(tmp_path):
    path = written(tmp_path, logged(("app", 0, run_of_the_day()), ("clock", 0, tick("10:00:00"))))
    assert compared(path).differing == 0


def test_a_day_that_goes_on_meanwhile_is_no_difference(tmp_path, monkeypatch):
    """The daemon writes on between two looks at its log."""
    units = played(seed=1).units
    half = len(units) // 2
    path, after = written(tmp_path, units[:half]), units[half:]
    look = replay.history_of

    def let_go_on_and_look(*arguments):
        writer = Writer(path, "normal")
        for unit in after:
            writer.append(rows_of(unit))
        after.clear()
        writer.close()
        return look(*arguments)

    monkeypatch.setattr(replay, "history_of", let_go_on_and_look)
    assert compared(path).differing == 0


def test_a_carried_over_day_replays_alone(tmp_path):
    before = written(tmp_path, played(seed=2).units)
    path = open_day(tmp_path, NEXT_DAY, CORES, "normal").path
    before.unlink()
    assert compared(path).differing == 0


def test_a_block_before_a_kill_is_no_difference(tmp_path):
    day = Day(seed=1)
    day.observe("app", run_of_the_day())
    day.observe("edge", OPENED)
    day.settle()
    day.observe("socket", acknowledged("OPSP8996", "", link=1))
    day.settle()
    path = written(tmp_path, day.units)
    day.states = rebuilt_from(path, CORES).states
    day.observe("app", run_of_the_day())
    day.settle()
    path.unlink()
    assert compared(written(tmp_path, day.units)).first is None


# --- a planted difference


def test_an_altered_decision_is_a_difference(path):
    seq = seqs_of(path, AlertSuppressed)[0]
    tampered(path, seq, changed(path, seq, reason="a lie"))
    assert compared(path).differing == 1


def test_a_difference_names_the_first_seq_of_its_turn(path):
    seq = seqs_of(path, AlertSuppressed)[1]
    tampered(path, seq, changed(path, seq, reason="a lie"))
    assert compared(path).first.seq == seq


def test_a_later_decision_of_a_turn_is_named_by_its_own_seq(path):
    """An alert is decided together with the questions to the channels."""
    alert_seq, asked = seqs_of(path, AlertDecided)[0], seqs_of(path, NotifyRequested)
    seq = next(seq for seq in asked if seq > alert_seq)
    tampered(path, seq, changed(path, seq, text="a lie"))
    assert compared(path).first.seq == seq


def test_a_decision_without_a_cause_is_a_difference(tmp_path):
    path = written(tmp_path, logged(("app", 0, run_of_the_day()), ("signal", 0, raised())))
    first = compared(path).first
    assert (first.seq, first.cause, first.actual, first.heard) == (2, 0, (), None)


def test_the_earliest_of_many_differences_is_named(path):
    """An altered signal differs, and so does what NotifyActor made of it."""
    seq = seqs_of(path, SignalRaised)[0]
    tampered(path, seq, changed(path, seq, price_won=1))
    assert compared(path).first.seq == seq


def test_a_difference_names_its_actor(path):
    seq = seqs_of(path, AlertSuppressed)[0]
    tampered(path, seq, changed(path, seq, reason="a lie"))
    assert compared(path).first.stream == "notify"


def test_a_difference_shows_both_sides(path):
    seq = seqs_of(path, AlertSuppressed)[0]
    before = [row.payload for row in rows_in(path) if row.seq == seq]
    lie = changed(path, seq, reason="a lie")
    tampered(path, seq, lie)
    first = compared(path).first
    assert [payload for _, _, payload in (*first.expected, *first.actual)] == [lie, *before]


def test_an_altered_input_shows_in_its_decisions(path):
    seq = seqs_of(path, DailyBarsReturned)[0]
    tampered(path, seq, changed(path, seq, rows={"columns": [], "values": []}))
    assert compared(path).first.cause == seq


def test_a_turn_that_is_no_longer_taken_is_a_difference(path):
    deaf = tuple(core._replace(listens=()) if core.name == "signal" else core for core in CORES)
    assert compare(deaf, path, None, lambda seq: None).differing > 0
