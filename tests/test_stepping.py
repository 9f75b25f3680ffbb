"""A recorded day record by record: what each changes in the actors' states, and where a walk stops."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from days import played, rows_in, tampered, written
from facts import DAY, HYNIX, SAMSUNG

from eventlog.schema import Row
from kis_actors.cli import cli
from kis_actors.commands.reading import is_about
from kis_actors.cores import CORES
from kis_actors.differences import Change
from kis_actors.recovery import record_of
from kis_actors.stepping import Step, Walk
from kis_actors.turn import hears

ROOT = Path(__file__).resolve().parents[1]
WAIT_S = 60


@pytest.fixture
def path(tmp_path):
    """A day with two alerts, a lost link and a restart."""
    return written(tmp_path, played(seed=1).units)


def of_type(name: str) -> Callable[[Row], bool]:
    return lambda row: row.type == name


def planted(path: Path, kind: str = "AlertSuppressed") -> int:
    """Puts a lie into the first decision of that kind; its seq."""
    row = next(row for row in rows_in(path) if row.type == kind)
    tampered(path, row.seq, msgspec.json.encode(msgspec.json.decode(row.payload) | {"reason": "a lie"}))
    return row.seq


def changes_of(step: Step | None, actor: str) -> dict[str, Change]:
    assert step
    return {change.path: change for taken in step.taken if taken.turn.stream == actor for change in taken.changes}


def run(tmp_path: Path, *arguments: str) -> Any:
    return CliRunner().invoke(cli, ["replay", str(DAY), "--step", "--data-dir", str(tmp_path), *arguments])


# --- the walk


def test_a_walk_stops_at_every_record(path):
    walk = Walk(CORES, path)
    seqs = []
    while step := walk.next():
        seqs.append(step.row.seq)
    assert seqs == [row.seq for row in rows_in(path)]


def test_every_actor_that_hears_a_record_takes_its_turn(path):
    step = Walk(CORES, path).next(of_type("ScanReturned"))
    assert step
    hearing = [core.name for core in CORES if hears(core, step.record)]
    assert [taken.turn.stream for taken in step.taken] == hearing


def test_a_step_shows_what_changed(path):
    change = changes_of(Walk(CORES, path).next(of_type("AlertDecided")) or None, "notify")
    assert change == {}  # its own word: counted when it was said
    walk = Walk(CORES, path)
    changes = changes_of(walk.next(of_type("SignalRaised")), "notify")
    assert "last_alerts.005930 disparity_threshold" in changes or "last_alerts.000660 disparity_threshold" in changes


def test_what_was_walked_past_counts(path):
    """The clock went on while nobody looked."""
    instants = [row for row in rows_in(path) if row.type == "ClockTicked"]
    step = Walk(CORES, path).next(lambda row: row.seq == instants[3].seq)
    now = changes_of(step, "signal")["now"]
    told = [record_of(row).event.now.isoformat() for row in instants[2:4]]  # type: ignore[attr-defined]
    assert [now.before, now.after] == told


def test_the_state_is_as_of_the_step(path):
    walk = Walk(CORES, path)
    assert walk.state()["signal"]["now"] is None
    walk.next(of_type("ClockTicked"))
    assert walk.state()["signal"]["now"] is not None


def test_a_walk_may_go_back(path):
    walk = Walk(CORES, path)
    walk.next(of_type("SignalRaised"))
    step = walk.first(of_type("RunStarted"))
    assert step and step.row.seq == 1
    assert changes_of(step, "signal")["day.settings.monitor.max_ws_subs"].before == 20


@pytest.mark.parametrize(
    "go",
    [
        lambda walk: walk.next(of_type("Nothing")),
        lambda walk: walk.first(of_type("Nothing")),
        lambda walk: walk.next_difference(),
    ],
)
def test_a_walk_to_nowhere_stays_where_it_was(path, go):
    walk = Walk(CORES, path)
    before = walk.next(of_type("SignalRaised"))
    assert go(walk) is None
    after = walk.next()
    assert before and after and after.row.seq == before.row.seq + 1


def test_all_decisions_of_an_untouched_day_are_the_log_s(path):
    assert Walk(CORES, path).next_difference() is None


def test_the_next_difference_is_walked_to(path):
    seq = planted(path)
    step = Walk(CORES, path).next_difference()
    assert step
    (turn,) = [taken.turn for taken in step.taken if not taken.turn.is_same]
    assert (turn.seq, turn.stream) == (seq, "notify")


def test_a_long_way_tells_how_far_it_is(path):
    seqs: list[int] = []
    Walk(CORES, path, seqs.append).next(of_type("RunEnded"))
    assert seqs == [1]


# --- printed


def test_steps_are_printed_up_to_a_limit(path, tmp_path):
    result = run(tmp_path, "--limit", "3")
    assert [line.split()[1] for line in result.stdout.splitlines() if line.startswith("seq ")] == ["1", "2", "3"]
    assert "stopped after 3 records; go on with --from, --until or --limit" in result.stderr


def test_steps_begin_and_end_where_told(path, tmp_path):
    result = run(tmp_path, "--from", "09:10:01", "--until", "09:10:02", "--json", "--limit", "1000")
    at = [msgspec.json.decode(line)["at"] for line in result.stdout.splitlines()]
    assert at and all("T09:10:01" <= moment[10:19] <= "T09:10:02" for moment in at)


def test_steps_of_one_code_show_what_is_about_it(path, tmp_path):
    result = run(tmp_path, "--code", HYNIX, "--from", "09:10:01")
    assert f"last_prices.{HYNIX}.price_won: 9300 -> 9100" in result.stdout
    assert f"last_prices.{SAMSUNG}" not in result.stdout
    assert f"changes that are not about {HYNIX}" in result.stdout


def test_a_step_as_json_has_every_change(path, tmp_path):
    lines = [msgspec.json.decode(line) for line in run(tmp_path, "--json").stdout.splitlines()]
    (first, *_) = lines
    assert {"seq", "at", "type", "cause", "stream", "data", "turns"} == set(first)
    assert all({"actor", "same", "changes", "expected", "actual"} == set(turn) for turn in first["turns"])
    assert {"path": "now", "before": None} .items() <= next(
        change for line in lines if line["type"] == "ClockTicked" for turn in line["turns"]
        if turn["actor"] == "signal" for change in turn["changes"] if change["path"] == "now"
    ).items()  # fmt: skip


def test_a_step_that_differs_is_shown_with_both_sides(path, tmp_path):
    planted(path)
    result = run(tmp_path, "--limit", "1000")
    assert result.exit_code == 1
    assert 'in the log: AlertSuppressed {"code"' in result.stdout
    assert "DIFFERS from the log:" in result.stdout


def test_steps_of_an_untouched_day_end_well(path, tmp_path):
    result = run(tmp_path, "--limit", "1000")
    assert (result.exit_code, "DIFFERS" in result.stdout) == (0, False)


def test_no_record_there_is_said(path, tmp_path):
    result = run(tmp_path, "--from", "23:00:00")
    assert (result.stdout, result.stderr) == ("", "no such record on this day\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "monitor.mode=B"], "leave out --set, or --step"),
        (["--limit", "0"], "0 is not in the range"),
        (["--from", "10:31:99"], "TIME: expected HH:MM:SS"),
    ],
)
def test_steps_that_cannot_be_are_refused(path, tmp_path, arguments, said):
    result = run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_frame_is_about_each_code_in_it(path):
    frames = [row for row in rows_in(path) if row.type == "FrameReceived" and b"H0STCNT0|002" in row.payload]
    assert frames and all(is_about(row, code) for row in frames for code in (SAMSUNG, HYNIX))


def test_a_frame_is_not_about_a_number_in_it(path):
    """20261120 is a date, and 100000 a time, in every record."""
    frames = [row for row in rows_in(path) if row.type == "FrameReceived" and b"H0STCNT0" in row.payload]
    assert not any(is_about(row, "100000") for row in frames)


# --- on a terminal


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, tmp_path: Path, *arguments: str) -> None:
        self._fd, theirs = pty.openpty()
        command = [sys.executable, "-m", "kis_actors", "replay", str(DAY), "--step", "--data-dir", str(tmp_path)]
        self.process = subprocess.Popen(
            [*command, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, start_new_session=True
        )
        os.close(theirs)
        self.shown = self._until_prompt()

    def type(self, line: str) -> str:
        """What comes after `line`, up to the next prompt or the end."""
        os.write(self._fd, f"{line}\n".encode())
        return self._until_prompt()

    def _until_prompt(self) -> str:
        shown, deadline = b"", time.monotonic() + WAIT_S
        while not shown.rstrip().endswith(b"] >") and time.monotonic() < deadline:
            if select.select([self._fd], [], [], 0.2)[0]:
                try:
                    shown += os.read(self._fd, 65536)
                except OSError:  # a terminal whose process is gone
                    break
        return shown.decode()


def test_a_person_walks_the_day(path, tmp_path):
    terminal = Terminal(tmp_path)
    assert "seq 1 " in terminal.shown
    assert "seq 2 " in terminal.type("")
    assert "SignalRaised" in terminal.type("n signalraised")
    assert "did you mean SignalRaised?" in terminal.type("n SignalRised")
    assert "09:15:00" in terminal.type("t 09:15:00")
    assert "seq 5 " in terminal.type("g 5")
    assert "there is none from here on" in terminal.type("g 99999999")
    assert "[5] >" in terminal.type("d")
    assert f'"code":"{HYNIX}"' in terminal.type(f"c {HYNIX}")
    assert '"price_won"' in terminal.type("t 09:16:00") + terminal.type(f"s signal.last_prices.{HYNIX}")
    assert "the actors: scan, subscription, ws, signal, notify" in terminal.type("s")
    assert "expected one of settings" in terminal.type("s signal.nothing")
    assert "expected a seq, found 'x'" in terminal.type("g x")
    assert "the next record of this type" in terminal.type("?")
    terminal.type("q")
    assert terminal.process.wait(WAIT_S) == 0


def test_a_person_is_taken_to_the_difference(path, tmp_path):
    planted(path)
    terminal = Terminal(tmp_path)
    assert '"reason":"a lie"' in terminal.type("d")
    terminal.type("q")
    assert terminal.process.wait(WAIT_S) == 1
