"""What `tools/bench` makes of rounds: ratios, floors, the table, peers in processes. Nothing here is about speed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from benchmarks import __main__ as command
from benchmarks import bench as bench_module
from benchmarks.bench import Bench
from benchmarks.children import ChildFailed
from benchmarks.days import Days
from benchmarks.figures import Figure, at_least, at_most, stated
from benchmarks.frames import COLUMNS, trades
from benchmarks.rounds import Absent, Contender, race
from benchmarks.subjects import SUBJECTS
from benchmarks.table import as_json, shown, table
from environment import ROOT

from eventlog.store import companions_of
from kis_actors.kis.frames import frame_of


def silent(_: str) -> None:
    """Nobody watches."""


def taking(name: str, seconds: list[float], order: list[str] | None = None, amount: int = 10) -> Contender:
    """A contender whose rounds take what is listed."""
    left = iter(seconds)

    def take() -> float:
        if order is not None:
            order.append(name)
        return next(left)

    return Contender(name, amount, take)


def faster(floor: float, aim: float = 20, absent: str = "") -> Figure:
    """Ours is ten times as fast as theirs."""
    return Figure("speed", "frames/s", (10.0, 10.0), at_least(aim), "peer", (1.0, 1.0), at_least(floor), absent)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as closing:
        yield Bench(is_quick=True, folder=tmp_path, days=Days(tmp_path), tell=silent, closing=closing)


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command over a subject with these figures; with those of `before` the first times."""

    def run(
        *figures: Figure, words: tuple[str, ...] = ("--quick",), before: tuple[tuple[Figure, ...], ...] = ()
    ) -> int:  # fmt: skip
        times = iter((*before, figures))
        subject = SimpleNamespace(figures=lambda _: iter(next(times, figures)), PLACE=0, ABOUT="made up")
        monkeypatch.setitem(SUBJECTS, "made_up", subject)
        monkeypatch.setattr(command, "_build_peers", lambda: None)
        return command.main([*words, "--only", "made_up"])

    return run


# --- rounds


def test_contenders_take_turns_the_other_way_round_each_time():
    order: list[str] = []
    race("frames/s", 2, silent, taking("a", [1.0] * 3, order), taking("b", [1.0] * 3, order))
    assert "".join(order) == "baabba"


def test_the_first_round_does_not_count():
    done = race("frames/s", 2, silent, taking("a", [100.0, 2.0, 5.0]))
    assert done.alone("speed", aim=at_least(1)).ours == (5.0, 2.0)


def test_a_race_in_seconds_is_not_turned_into_rates():
    done = race("s", 2, silent, taking("a", [9.0, 6.0, 8.0]), taking("b", [9.0, 2.0, 4.0], amount=99))
    figure = done.against("b", "wait", aim=at_most(2.5), floor=at_most(4))
    assert figure.judged == (3.0, 2.0) and figure.verdict == "met"


def test_each_round_has_its_own_ratio():
    done = race("frames/s", 3, silent, taking("a", [1.0, 1.0, 2.0, 4.0]), taking("b", [1.0, 3.0, 8.0, 4.0]))
    figure = done.against("b", "speed", aim=at_least(3))
    assert figure.judged == (3.0, 4.0, 1.0) and figure.verdict == "met"


def test_who_is_absent_makes_the_figure_skipped():
    done = race("frames/s", 1, silent, taking("a", [1.0, 1.0]), Absent("peer", "not installed"))
    figure = done.against("peer", "speed", aim=at_least(3), floor=at_least(2))
    assert (figure.verdict, figure.is_below_floor) == ("skipped", False)


# --- figures


@pytest.mark.parametrize(("floor", "is_below"), [(10, False), (10.1, True)])
def test_a_ratio_is_judged_by_its_floor(floor, is_below):
    assert faster(floor).is_below_floor is is_below


def test_more_than_the_floor_is_too_much_where_less_is_better():
    slow = Figure("wait", "s", (5.0,), at_most(3), "replay", (1.0,), at_most(4))
    assert slow.is_below_floor and not slow._replace(ours=(4.0,)).is_below_floor


def test_one_bad_round_is_not_the_verdict():
    figure = Figure("speed", "frames/s", (1.0, 30.0, 31.0), at_least(20), "peer", (1.0, 1.0, 1.0), at_least(15))
    assert figure.verdict == "met" and not figure.is_below_floor


def test_an_absolute_figure_has_an_aim_and_no_floor():
    late = stated("latency", "ms", (12.0, 9.0, 15.0), aim=at_most(10))
    assert (late.verdict, late.is_below_floor) == ("missed", False)


# --- the command


def test_a_ratio_below_its_floor_ends_with_1_and_its_name(measuring, capsys):
    assert measuring(faster(5), faster(11)) == 1
    assert capsys.readouterr().err.splitlines()[2:] == ["below its floor: speed, against peer: 10, ≥ 11 wanted"]


def test_what_was_below_its_floor_once_is_measured_again(measuring):
    assert measuring(faster(5), before=((faster(11),),)) == 0


def test_a_missed_aim_is_no_reason_to_fail(measuring, capsys):
    assert measuring(faster(5, aim=20)) == 0
    assert "missed" in capsys.readouterr().out


def test_only_quick_judges_by_floors(measuring):
    assert measuring(faster(11), words=()) == 0


def test_an_absent_peer_is_told_aloud_and_fails_nothing(measuring, capsys):
    absent = faster(11, absent="not installed")._replace(theirs=())
    assert measuring(absent) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("speed")]
    assert line.endswith("peer: skipped, not installed")


def test_nothing_stays_of_what_was_measured(measuring):
    before = sorted((ROOT / "var").glob("bench-*"))
    measuring(faster(5))
    assert sorted((ROOT / "var").glob("bench-*")) == before


def test_the_command_measures_without_the_peers(tmp_path):
    written = tmp_path / "figures.json"
    words = ["--quick", "--only", "parsing", "--json", str(written)]
    ended = subprocess.run([sys.executable, str(ROOT / "tools" / "bench"), *words], capture_output=True, text=True)
    assert ended.returncode in (0, 1), ended.stderr  # how fast it was says CI, which runs all of it
    found = json.loads(written.read_text("utf-8"))
    assert found["machine"]["cores"] and found["command"].startswith("./tools/bench --quick")
    assert [len(one["ours"]) for one in found["figures"]] == [bench_module.QUICK_ROUNDS] * len(found["figures"])


# --- the table


def test_a_line_has_the_median_of_the_ratios_and_their_spread():
    figure = Figure("speed", "frames/s", (1500.0, 3000.0, 2000.0), at_least(1.5), "peer", (1000.0, 1000.0, 1000.0))
    cells = re.split(" {2,}", table([figure]).splitlines()[1])
    assert cells == ["speed", "2,000 frames/s", "peer 1,000", "2", "[1.5..3]", "≥ 1.5", "met"]


def test_json_has_every_round():
    (found,) = json.loads(as_json([faster(5)], "./tools/bench", {}))["figures"]
    assert found["ours"] == [10.0, 10.0] and found["median"] == 10.0 and found["verdict"] == "missed"


@pytest.mark.parametrize(("value", "text"), [(0.5333, "0.533"), (7.84, "7.84"), (99.96, "100"), (45678.2, "45,678")])
def test_numbers_have_the_digits_that_matter(value, text):
    assert shown(value) == text


# --- other processes


def test_a_child_does_a_round_when_it_is_told(bench):
    child = bench.contender("child", "tests.served")
    assert isinstance(child, Contender) and child.amount == 40
    assert child.take() > 0 and child.take() > 0


def test_a_child_that_cannot_begin_is_absent(bench):
    assert bench.contender("child", "tests.served", "broken") == Absent("child", "there is nothing here")


def test_a_peer_that_lacks_its_package_is_absent(bench):
    found = bench.contender("python-kis", "benchmarks.peers.kis_library", "frames", "1")
    assert isinstance(found, Absent) and "No module named 'pykis'" in found.reason


def test_peers_without_their_environment_are_absent(bench, monkeypatch, tmp_path):
    monkeypatch.setattr(bench_module, "PEERS_VENV", tmp_path / ".venv-peers")
    found = bench.peer("pandas", "kis_sample", "frames", "1")
    assert isinstance(found, Absent) and "./tools/bench without --quick builds it" in found.reason


def test_a_child_that_dies_in_a_round_says_why(bench):
    child = bench.child("tests.served")
    child.hear()
    child._process.kill()
    with pytest.raises(ChildFailed, match="ended with -9"):
        child.ask("round")


def test_the_peers_lock_has_a_hash_for_everything():
    lock = (ROOT / bench_module.PEERS_LOCK).read_text("utf-8")
    wanted = (ROOT / bench_module.PEERS_LOCK).with_suffix(".in").read_text("utf-8").split()
    assert all(f"\n{name}==" in f"\n{lock.lower()}" for name in wanted)
    assert lock.count("==") <= lock.count("--hash=sha256:")


# --- what is measured


def test_every_subject_has_a_place_and_words():
    assert all(subject.ABOUT and subject.PLACE for subject in SUBJECTS.values())
    assert list(SUBJECTS.values()) == sorted(SUBJECTS.values(), key=lambda subject: subject.PLACE)


@pytest.mark.parametrize("records", [1, 4])
def test_frames_are_such_as_everybody_can_read(records):
    frames = trades(30, records=records)
    assert len(set(frames)) == 30
    assert {(len(one.ticks), one.width) for one in map(frame_of, frames)} == {(records, COLUMNS)}


def test_a_played_day_is_a_day_that_replays(tmp_path):
    from benchmarks.subjects.replaying import replayed

    days = Days(tmp_path)
    day, killed = days.closed(50, silent), days.killed(50, silent)
    assert day.frames >= 50 and day.records > day.frames
    assert [companions_of(one.path)[0].exists() for one in (day, killed)] == [False, True]
    replayed(day)
