"""`kis-actors replay` as a person or a script meets it: what it prints, and how it ends."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from days import BELOW, logged, played, rows_in, run_of_the_day, tampered, written
from facts import DAY, HYNIX, SAMSUNG, raised
from msgspec.structs import replace

from eventlog import integrity
from eventlog.day import path_of
from eventlog.store import Writer
from kis_actors import replay
from kis_actors.cli import cli
from kis_actors.commands.combinations import COMBINATIONS_MAX, combinations
from kis_actors.problems import SettingsError
from kis_actors.rules import disparity_threshold

ROOT = Path(__file__).resolve().parents[1]
THRESHOLD = "monitor.signal.disparity_threshold"
LIMITS = "limits: 2 of 2 codes were subscribed at some time of the day"


@pytest.fixture
def path(tmp_path):
    """A day on which two codes fell 8.67 % below their averages at 09:10, and again within the cooldown."""
    return written(tmp_path, played(seed=1).units)


def run(tmp_path: Path, *arguments: str) -> Any:
    return CliRunner().invoke(cli, ["replay", str(DAY), "--data-dir", str(tmp_path), *arguments])


def lines_of(result: Any) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in result.stdout.splitlines()]


def planted(path: Path) -> int:
    """Puts a lie into the first suppression; its seq."""
    row = next(row for row in rows_in(path) if row.type == "AlertSuppressed")
    tampered(path, row.seq, msgspec.json.encode(msgspec.json.decode(row.payload) | {"reason": "a lie"}))
    return row.seq


# --- the same again


def test_an_untouched_day_is_identical(path, tmp_path):
    result = run(tmp_path)
    assert (result.exit_code, result.stdout[:22]) == (0, "2026-11-20: identical ")


def test_the_first_difference_has_seq_cause_and_both_sides(path, tmp_path):
    seq = planted(path)
    cause = next(row for row in rows_in(path) if row.seq == seq).cause
    result = run(tmp_path)
    first, expected, actual, inner, hint = result.stdout.splitlines()[-5:]
    assert result.exit_code == 1
    assert first.startswith(f"first difference: seq {seq}; notify on record {cause}, SignalRaised of 09:15:00.")
    assert '"reason":"a lie"' in expected and '"reason":"cooldown' in actual
    assert inner.startswith('  ~ reason: "a lie" -> "cooldown: last alert at ')
    assert hint.startswith("look closer: kis-actors replay 2026-11-20 --step --from 09:15:00.")


def test_the_first_difference_as_json(path, tmp_path):
    seq = planted(path)
    (line,) = lines_of(run(tmp_path, "--json"))
    assert (line["identical"], line["differing_turns"], line["first_difference"]["seq"]) == (False, 1, seq)
    assert {"seq", "cause", "stream", "at", "expected", "actual"} == set(line["first_difference"])


def test_a_rule_changed_in_the_code_is_a_difference(path, tmp_path, monkeypatch):
    """The rule is never near to anything any more, which the planner sees first."""
    measure = disparity_threshold.read
    far = {"distance": 1.0}
    monkeypatch.setattr(disparity_threshold, "read", lambda params, sight: replace(measure(params, sight), **far))
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "; subscription on record " in result.stdout
    assert "  ~ targets[0].distance: " in result.stdout and " -> 1.0\n" in result.stdout


def test_a_damaged_file_is_a_difference(path, tmp_path):
    with path.open("r+b") as file:
        content = file.read()
        place = content.index(b"closed by KIS")
        file.seek(place)
        file.write(b"Closed by KIS")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "the file is damaged from seq " in result.stdout


def test_of_many_decisions_those_from_the_difference_on_are_shown(path, tmp_path):
    """The last question about an alert, which was decided together with the alert and another question."""
    alert = next(row for row in rows_in(path) if row.type == "AlertDecided")
    turn = [row for row in rows_in(path) if row.cause == alert.cause and row.stream == "notify"]
    tampered(path, turn[-1].seq, msgspec.json.encode(msgspec.json.decode(turn[-1].payload) | {"text": "a lie"}))
    assert f"  expected (after {len(turn) - 1} that are the same) NotifyRequested " in run(tmp_path).stdout


def test_decisions_without_a_cause_are_not_all_shown(tmp_path):
    written(tmp_path, logged(("app", 0, run_of_the_day()), *[("signal", 0, raised())] * 5))
    (expected,) = [line for line in run(tmp_path).stdout.splitlines() if line.startswith("  expected")]
    assert (expected.count("SignalRaised"), expected[-12:]) == (3, "; and 2 more")


# --- what if


def test_an_alert_that_vanishes_is_shown_with_its_reason(path, tmp_path):
    result = run(tmp_path, "--set", f"{THRESHOLD}=-0.2")
    assert result.exit_code == 1
    rows = [line.split() for line in result.stdout.splitlines() if " trade " in line]
    assert [row[:2] for row in rows] == [["vanishes", "10:00:00"]] * 2
    assert result.stdout.count("threshold now -20.00%") == 2
    assert f"2 alerts then, 0 with {THRESHOLD}=-0.2: 0 unchanged, 0 appear, 2 vanish, 0 move" in result.stdout
    assert LIMITS in result.stdout


def test_the_same_settings_change_nothing(path, tmp_path):
    result = run(tmp_path, "--set", f"{THRESHOLD}=-0.08")
    assert (result.exit_code, "2 unchanged" in result.stdout, result.stderr) == (0, True, "")


def test_changes_as_json_keep_their_keys(path, tmp_path):
    result = run(tmp_path, "--set", f"{THRESHOLD}=-0.2", "--json")
    (first, second) = lines_of(result)
    assert set(first) == {"change", "before", "after", "reason"}
    assert {one["before"]["signal"]["code"] for one in (first, second)} == {SAMSUNG, HYNIX}
    assert (first["change"], first["before"]["signal"]["price_won"], first["after"]) == ("vanishes", BELOW, None)
    assert LIMITS in result.stderr


def test_what_if_may_stop_at_an_instant(path, tmp_path):
    assert "0 alerts then, 0 with" in run(tmp_path, "--set", f"{THRESHOLD}=-0.2", "--until", "09:05:00").stdout


def test_a_day_that_does_not_come_out_is_warned_of(path, tmp_path):
    planted(path)
    result = run(tmp_path, "--set", f"{THRESHOLD}=-0.08")
    assert result.exit_code == 0
    assert "even without --set the day does not come out as it was (1 differing turns, first on record" in result.stderr


@pytest.mark.parametrize(
    ("override", "is_said"), [("monitor.max_ws_subs=5", True), ("monitor.alert_cooldown_sec=5", False)]
)
def test_a_setting_that_decides_what_kis_is_asked_is_named(path, tmp_path, override, is_said):
    key = override.partition("=")[0]
    assert (f"limits: {key} also decides what KIS is asked" in run(tmp_path, "--set", override).stdout) == is_said


# --- several settings at once


def test_every_combination_is_run_and_followed(path, tmp_path):
    arguments = ["--set", f"{THRESHOLD}=-0.01,-0.08,-0.2", "--set", "monitor.alert_cooldown_sec=1,600", "--json"]
    result = run(tmp_path, *arguments)
    lines = lines_of(result)
    assert result.exit_code == 1
    assert [(line["settings"].get(THRESHOLD), line["alerts"]) for line in lines] == [
        (None, 2), ("-0.01", 2), ("-0.01", 2), ("-0.08", 4), ("-0.08", 2), ("-0.2", 0), ("-0.2", 0),
    ]  # fmt: skip
    assert [line["settings"].get("monitor.alert_cooldown_sec") for line in lines][1:3] == ["1", "600"]
    assert {"settings", "alerts", "same", "appear", "vanish", "move", "outcomes"} == set(lines[0])
    assert [one["horizon"] for one in lines[0]["outcomes"]] == ["5 min", "30 min", "close"]
    assert lines[0]["outcomes"][0]["rose_ratio"] in (None, 0.0, 0.5, 1.0)


def test_combinations_are_a_table_for_people(path, tmp_path):
    result = run(tmp_path, "--set", f"{THRESHOLD}=-0.08,-0.2")
    head, _, *rows = result.stdout.strip().splitlines()
    assert head.split() == ["disparity_threshold", *["alerts", "after", "known", "mean", "median", "worst", "rose"]]
    assert rows[0].split()[:5] == ["as", "recorded", "2", "5", "min"]
    assert [row.split()[:2] for row in rows if row.startswith(" -0.")] == [["-0.08", "2"], ["-0.2", "0"]]
    assert LIMITS in result.stdout


def test_combinations_that_change_nothing_end_well(path, tmp_path):
    assert run(tmp_path, "--set", f"{THRESHOLD}=-0.08,-0.081").exit_code == 0


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["a=1"], (("a=1",),)),
        ([f"{THRESHOLD}=-0.1, -0.2"], ((f"{THRESHOLD}=-0.1",), (f"{THRESHOLD}=-0.2",))),
        (["universe.pins=[000660,005930]"], (("universe.pins=[000660,005930]",),)),
        (["universe.file=a,b.csv"], (("universe.file=a,b.csv",),)),
        (["universe.pins=[000660,"], (("universe.pins=[000660,",),)),
        (["a=1", "a=2"], (("a=2",),)),
        (["a=1,2", "b=3,4"], (("a=1", "b=3"), ("a=1", "b=4"), ("a=2", "b=3"), ("a=2", "b=4"))),
    ],
)
def test_values_with_commas_are_combined(overrides, expected):
    assert combinations(overrides) == expected


def test_more_combinations_than_allowed_are_refused():
    many = ",".join(["1"] * (COMBINATIONS_MAX + 1))
    with pytest.raises(SettingsError, match="101 combinations, of 100 at most; give fewer values"):
        combinations([f"monitor.max_ws_subs={many}"])


# --- what cannot be


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "monitor.signal.threshold=-0.05"], f"did you mean {THRESHOLD}?"),
        (["--set", f"{THRESHOLD}=-5,-0.05"], "write -0.05 for -5 %"),
        (["--set", f"{THRESHOLD}=-0.05,"], "expected a number, found nothing"),
        (["--set", "universe.pins=000660,005930"], "universe.pins: expected a list"),
        (["--set", THRESHOLD], "expected KEY=VALUE"),
        (["--set", "monitor.rules.a.band=0.1"], "monitor.rules.a has no rule; add rule: and its kind"),
        (["--set", "monitor.rules.a.band=0.1,0.2"], "monitor.rules.a has no rule; add rule: and its kind"),
        (["--set", f"{THRESHOLD}=-0.2", "--until", "08:44:00"], "no RunStarted up to there"),
        (["--from", "10:00:00"], "--from and --code are of --step"),
        (["--until", "25:00:00"], "TIME: expected HH:MM:SS"),
    ],
)
def test_what_cannot_be_is_refused_and_said(path, tmp_path, arguments, said):
    result = run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_settings_that_cannot_be_are_refused_before_any_work(path, tmp_path, monkeypatch):
    monkeypatch.setattr(replay, "compare", None)
    assert run(tmp_path, "--set", "monitor.rules.a.band=0.1,0.2").exit_code == 2


def test_whoever_reads_no_further_is_not_told_about_pipes(path, tmp_path):
    command = [sys.executable, "-m", "kis_actors", "replay", str(DAY), "--step", "--json", "--limit", "1000"]
    with subprocess.Popen(
        [*command, "--data-dir", str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("arguments", [[], ["--set", f"{THRESHOLD}=-0.2"], ["--step"]])
def test_a_day_without_a_file_names_those_there_are(path, tmp_path, arguments):
    result = CliRunner().invoke(cli, ["replay", "2026-01-02", "--data-dir", str(tmp_path), *arguments])
    assert result.exit_code == 2
    assert f"no log of 2026-01-02 in {tmp_path}; days there: 2026-11-20" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--set", f"{THRESHOLD}=-0.2,-0.1"], ["--step"]])
def test_an_empty_log_is_said(tmp_path, arguments):
    empty = path_of(tmp_path, DAY)
    Writer.create(empty, day=DAY.isoformat(), last_seq=0, chain=integrity.START).close()
    result = run(tmp_path, *arguments)
    assert result.exit_code == 2
    assert "has no records" in result.stderr or "has no RunStarted" in result.stderr


# --- nothing can be sent

FORBIDDEN = ("socket", "ssl", "http.client", "requests", "urllib3", "websocket", "kis_actors.app", "kis_actors.system")
WATCHED = """
import sys
from kis_actors.cli import main
try:
    main()
finally:
    print("LOADED", *sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay", str(DAY)],
        ["replay", str(DAY), "--step", "--limit", "1000"],
        ["replay", str(DAY), "--set", f"{THRESHOLD}=-0.2"],
        ["outcomes", str(DAY)],
    ],
)
def test_nothing_that_could_send_is_even_loaded(path, tmp_path, arguments):
    loaded = loaded_by(tmp_path, *arguments)
    assert [name for name in loaded if name in FORBIDDEN or name.startswith("kis_actors.channels")] == []
    assert [name for name in loaded if name.startswith("kis_actors.adapters.")] == ["kis_actors.adapters.clock"]


def test_what_could_send_would_be_found(path, tmp_path):
    assert "multiprocessing" in loaded_by(tmp_path, "replay", str(DAY), "--set", f"{THRESHOLD}=-0.2,-0.1")


def test_other_processes_load_no_channel_either(path, tmp_path):
    """They talk to their parent by a pipe, for which Python loads `socket`; nothing opens one."""
    loaded = loaded_by(tmp_path, "replay", str(DAY), "--set", f"{THRESHOLD}=-0.2,-0.1")
    assert [name for name in loaded if name in FORBIDDEN] == ["socket"]


def loaded_by(tmp_path: Path, *arguments: str) -> list[str]:
    """The modules that a command in a process of its own has loaded at its end."""
    command = [sys.executable, "-c", WATCHED, *arguments, "--data-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return next(line for line in done.stderr.splitlines() if line.startswith("LOADED")).split()[1:]
