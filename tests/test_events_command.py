"""`kis-actors events`: what it shows, of which moment, and over the change of day."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from days import logged, rows_of, written
from facts import DAY, HYNIX, NEXT_DAY, SAMSUNG, acknowledged, at, frame, raised, tick, trade

from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.store import Writer
from kis_actors.cli import cli
from kis_actors.commands import events as command
from kis_actors.commands.reading import instant_of
from kis_actors.messages import AlertSuppressed, Event, RunEnded

ENDED = RunEnded(reason="asked to stop")


def shown(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["events", str(DAY), "--data-dir", str(data_dir), *arguments])


def seqs(data_dir: Path, *arguments: str) -> list[int]:
    lines = shown(data_dir, "--json", *arguments).stdout.splitlines()
    return [json.loads(line)["seq"] for line in lines]


def log_of(data_dir: Path, *said: tuple[str, int, Event]) -> Path:
    written(data_dir, logged(*said))
    return data_dir


def day_of_seconds(data_dir: Path, *times: str) -> Path:
    """A tick logged at each of these times."""
    units = []
    for seq, time_of_day in enumerate(times, start=1):
        ((record,),) = logged(("clock", 0, tick(time_of_day)), at_each=at(time_of_day))
        units.append([type(record)(seq=seq, stream="clock", cause=0, at_ns=record.at_ns, event=record.event)])
    written(data_dir, units)
    return data_dir


def test_a_stream_is_what_one_said(tmp_path):
    log_of(tmp_path, ("socket", 0, frame(trade())), ("signal", 1, raised()), ("app", 0, ENDED))
    assert seqs(tmp_path, "--stream", "signal") == [2]
    assert seqs(tmp_path, "--stream", "signal", "--stream", "app") == [2, 3]
    assert seqs(tmp_path, "--stream", "signal", "--type", "RunEnded") == []


def test_around_a_moment_is_half_a_minute_each_way(tmp_path):
    day_of_seconds(tmp_path, "09:00:00", "09:00:29", "09:00:30", "09:01:00", "09:01:30", "09:01:31")
    assert seqs(tmp_path, "--around", "09:01:00") == [3, 4, 5]
    assert seqs(tmp_path, "--around", "2026-11-20T00:01:00+00:00", "--after", "3") == [4, 5]


@pytest.mark.parametrize(
    ("event", "is_shown"),
    [
        (frame(trade(code=HYNIX)), True),
        (frame(trade(), trade(code=HYNIX)), True),
        (frame(trade(), trade(660)), False),
        (frame(trade(STCK_OPRC=HYNIX)), False),
        (frame(trade(code=HYNIX, STCK_PRPR="")), True),
        (acknowledged("OPSP0000", HYNIX), True),
        (acknowledged("OPSP0000", SAMSUNG), False),
        (AlertSuppressed(code=HYNIX, rule="r", reason="cooldown", signal_seq=1), True),
    ],
)
def test_an_event_about_a_code_speaks_of_it(tmp_path, event, is_shown):
    log_of(tmp_path, ("socket", 0, event))
    assert seqs(tmp_path, "--code", HYNIX) == [1] * is_shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--type", "SubscribeRequest"], "no event is called SubscribeRequest; did you mean SubscribeRequested"),
        (["--type", "Xyzzy"], "no event is called Xyzzy; take one of AccountRefused, ActorFailed"),
        (["--code", "5930"], "--code: expected six digits or capital letters, found 5930; write it like 005930"),
        (["--after", str(2**63)], "is not in the range"),
        (["--around", "9 o'clock"], "TIME: expected HH:MM:SS[.ffffff] or an ISO 8601 instant, found 9 o'clock"),
        (["--around", "25:00"], "TIME: expected HH:MM:SS"),
        (["--around", "9999-12-31T23:59:59"], "TIME: expected HH:MM:SS"),
        (["--around", "09:00", "--follow"], "give one of them"),
    ],
)
def test_a_filter_that_can_never_match_is_refused(tmp_path, arguments, said):
    log_of(tmp_path, ("app", 0, ENDED))
    result = shown(tmp_path, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_nothing_found_is_said_beside_the_output(tmp_path):
    log_of(tmp_path, ("app", 0, ENDED))
    result = shown(tmp_path, "--code", HYNIX)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no such event in 2026-11-20.db\n")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("06:00", at("06:00:00")),
        ("05:59:59.5", at("05:59:59", NEXT_DAY) + timedelta(seconds=0.5)),
        ("2026-11-19T05:00", at("05:00:00", DAY - timedelta(days=1))),
        ("2026-11-20T00:00:00Z", at("09:00:00")),
    ],
)
def test_a_time_is_of_the_log_day(text, instant):
    assert instant_of(text, DAY) == instant


# --- following


class Followed:
    """`--follow` with another's hand on what happens between two looks; ends when `steps` are used up."""

    def __init__(self, data_dir: Path, monkeypatch: pytest.MonkeyPatch, *steps: Any) -> None:
        self._steps = iter(steps)
        self.data_dir = data_dir
        monkeypatch.setattr(command.time, "sleep", self._next)

    def _next(self, _: float) -> None:
        step = next(self._steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    def seqs(self, *arguments: str) -> list[int]:
        """What was shown until Ctrl-C."""
        result = shown(self.data_dir, "--json", "--follow", *arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return [json.loads(line)["seq"] for line in result.stdout.splitlines()]


def append(data_dir: Path, seq: int, event: Event, stream: str = "app") -> None:
    ((record,),) = logged((stream, 0, event))
    writer = Writer(path_of(data_dir, DAY), "normal")
    writer.append([rows_of([record])[0]._replace(seq=seq)])
    writer.close()


def begin_next_day(data_dir: Path, first_seq: int, *said: tuple[str, int, Event]) -> None:
    rows = [row._replace(seq=row.seq + first_seq - 1) for unit in logged(*said) for row in rows_of(unit)]
    path = path_of(data_dir, NEXT_DAY)
    Writer.create(path, day=str(NEXT_DAY), last_seq=first_seq - 1, chain=START, opening=rows).close()


def test_following_shows_what_comes(tmp_path, monkeypatch):
    log_of(tmp_path, ("app", 0, ENDED))
    followed = Followed(tmp_path, monkeypatch, lambda: append(tmp_path, 2, ENDED), lambda: append(tmp_path, 3, ENDED))
    assert followed.seqs() == [1, 2, 3]


def test_following_goes_on_in_the_next_day(tmp_path, monkeypatch):
    log_of(tmp_path, ("app", 0, ENDED))

    def next_day() -> None:
        append(tmp_path, 2, ENDED)
        begin_next_day(tmp_path, 3, ("app", 0, ENDED))

    assert Followed(tmp_path, monkeypatch, next_day, lambda: None).seqs() == [1, 2, 3]


def test_nothing_is_lost_when_the_day_changes_between_two_looks(tmp_path, monkeypatch):
    log_of(tmp_path, ("app", 0, ENDED))
    last_seq, is_new_day = command._last_seq, []

    def day_changes_here(path: Path) -> int:
        found = last_seq(path)
        if len(is_new_day) == 1:
            append(tmp_path, 2, ENDED)
            begin_next_day(tmp_path, 3, ("app", 0, ENDED))
        is_new_day.append(True)
        return found

    monkeypatch.setattr(command, "_last_seq", day_changes_here)
    assert Followed(tmp_path, monkeypatch, *[lambda: None] * 3).seqs() == [1, 2, 3]


def test_following_can_be_filtered(tmp_path, monkeypatch):
    log_of(tmp_path, ("app", 0, ENDED))
    step = [lambda: append(tmp_path, 2, raised(), "signal"), lambda: append(tmp_path, 3, ENDED)]
    assert Followed(tmp_path, monkeypatch, *step).seqs("--type", "SignalRaised") == [2]


def test_the_reader_of_a_pipe_may_leave(tmp_path):
    log_of(tmp_path, *[("app", 0, ENDED)] * 5000)
    words = [sys.executable, "-m", "kis_actors", "events", str(DAY), "--data-dir", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        assert "RunEnded" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


# --- on a terminal


@pytest.mark.parametrize(
    ("line", "width", "shown"),
    [
        ("123456", 6, "123456"), ("1234567", 6, "12345…"), ("1234567", None, "1234567"),
        ("삼성전자", 8, "삼성전자"), ("삼성전자", 7, "삼성전…"), ("삼성전자", 6, "삼성…"), ("12 4567", 4, "12…"),
    ],
)  # fmt: skip
def test_a_line_is_cut_to_the_columns_there_are(line, width, shown):
    assert command.cut(line, width) == shown


def test_lines_are_whole_in_a_pipe(tmp_path):
    log_of(tmp_path, ("edge", 0, frame()))
    assert shown(tmp_path).stdout == shown(tmp_path, "--wide").stdout and len(shown(tmp_path).stdout) > 80


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no such terminals")
@pytest.mark.parametrize(("options", "is_cut"), [((), True), (("--wide",), False), (("--json",), False)])
def test_lines_are_cut_on_a_terminal(tmp_path, options, is_cut):
    log_of(tmp_path, ("edge", 0, frame()))
    terminal, its_end = os.openpty()
    words = [sys.executable, "-m", "kis_actors", "events", str(DAY), "--data-dir", str(tmp_path), *options]
    subprocess.run(words, stdout=its_end, env={**os.environ, "COLUMNS": "80"}, check=True)
    os.close(its_end)
    (line,) = os.read(terminal, 1_000_000).decode().splitlines()
    os.close(terminal)
    assert (len(line) == 80 and line.endswith("…")) == is_cut
