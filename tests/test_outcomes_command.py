"""`kis-actors outcomes`: which days it reads, and what it says of each rule and each alert."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from days import BELOW, CODES, UNIVERSE, Day, run_of_the_day, written
from facts import DAY, HYNIX, SAMSUNG, frame, level_closes, opened, trade

from kis_actors.cli import cli


def recorded(tmp_path: Path, day: date, *later_won: int) -> None:
    """A day on which both codes fall at 10:00:00; 005930 has a price five minutes later, 000660 has none."""
    made = Day(seed=1, has_answers=False)
    made.observe("app", run_of_the_day(), UNIVERSE)
    made.observe("scan", opened(), *map(level_closes, CODES))
    made.tick("10:00:00")
    made.observe("socket", frame(trade(BELOW), trade(BELOW, HYNIX)))
    made.settle()
    for price_won in later_won:
        made.tick("10:05:01")
        made.observe("socket", frame(trade(price_won, STCK_CNTG_HOUR="100501", ACML_VOL="2000")))
    made.settle()
    written(tmp_path, made.units, day)


@pytest.fixture
def log(tmp_path):
    """Three days: after the fall a price rises, falls, and is not seen again."""
    recorded(tmp_path, DAY, 9_191)
    recorded(tmp_path, DAY + timedelta(days=1), 9_009)
    recorded(tmp_path, DAY + timedelta(days=2))
    return tmp_path


def run(tmp_path: Path, *arguments: str) -> Any:
    return CliRunner().invoke(cli, ["outcomes", "--data-dir", str(tmp_path), *arguments])


def lines_of(tmp_path: Path, *arguments: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in run(tmp_path, *arguments, "--json").stdout.splitlines()]


def test_each_rule_has_a_line_for_each_horizon(log):
    lines = lines_of(log, "2026-11-20")
    assert [(line["rule"], line["horizon"]) for line in lines] == [
        ("disparity_threshold", horizon) for horizon in ("5 min", "30 min", "close")
    ]


def test_what_is_known_is_summed_up(log):
    (five, thirty, _) = lines_of(log, "2026-11-20")
    assert (five["alerts"], five["known"], five["rose_ratio"]) == (2, 1, 1.0)
    assert [five[f"{name}_ratio"] for name in ("median", "mean", "worst", "best")] == [pytest.approx(0.01)] * 4
    assert (thirty["known"], thirty["mean_ratio"]) == (0, None)


@pytest.mark.parametrize(
    ("arguments", "alerts"),
    [
        (["2026-11-20"], 2),
        (["--days", "2"], 4),
        (["2026-11-21", "--days", "2"], 4),
        (["2026-11-21", "--days", "9"], 4),
        (["--from", "2026-11-20"], 6),
        (["--from", "2026-11-21", "--to", "2026-11-22"], 4),
        (["--to", "2026-11-20"], 2),
        ([], 2),
    ],
)
def test_the_days_asked_for_are_read(log, arguments, alerts):
    assert lines_of(log, *arguments)[0]["alerts"] == alerts


def test_several_days_are_summed_up_together(log):
    (five, *_) = lines_of(log, "--days", "3")
    assert (five["alerts"], five["known"], five["rose_ratio"]) == (6, 2, 0.5)
    assert (five["worst_ratio"], five["best_ratio"]) == (pytest.approx(-0.01), pytest.approx(0.01))


def test_each_alert_has_a_line(log):
    lines = {line["code"]: line for line in lines_of(log, "2026-11-20", "--each")}
    known, unknown = lines[SAMSUNG]["outcomes"][0], lines[HYNIX]["outcomes"][0]
    assert (lines[SAMSUNG]["price"], known["price"], known["at"]) == (BELOW, 9_191, "2026-11-20T10:05:01+09:00")
    assert unknown == {
        "horizon": "5 min", "at": None, "price": None, "return_ratio": None, "unknown": "no price within 120 s",
    }  # fmt: skip


def test_people_get_tables(log):
    shown = run(log, "2026-11-20", "--each").stdout.splitlines()
    assert [line for line in shown if line.endswith(" ")] == []
    (row,) = [line.split() for line in shown if SAMSUNG in line]
    assert row[-17:] == ["+1.00%", *["no", "price", "in", "the", "log", "from", "then", "on"] * 2]
    assert [line.split() for line in shown if " 5 min " in line][1] == [
        "disparity_threshold", *["5", "min", "2", "1", "+1.00%", "+1.00%", "+1.00%", "+1.00%", "100%"],
    ]  # fmt: skip
    assert shown[-1] == "2026-11-20: 2 alerts; a later price counts if it was observed within 120 s"


def test_several_days_are_named(log):
    assert run(log, "--days", "3").stdout.splitlines()[-1].startswith("3 days, 2026-11-20 to 2026-11-22: 6 alerts;")


def test_a_day_without_alerts_says_so(tmp_path):
    day = Day(seed=1, has_answers=False)
    day.observe("app", run_of_the_day())
    written(tmp_path, day.units)
    result = run(tmp_path, "2026-11-20")
    assert (result.exit_code, result.stdout.splitlines()[-1][:22]) == (0, "2026-11-20: 0 alerts; ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["2026-01-02"], "no log of 2026-01-02"),
        (["--from", "2027-01-01"], "days there: 2026-11-20, 2026-11-21, 2026-11-22"),
        (["--from", "2026-11-22", "--to", "2026-11-20"], "no log of the days asked for"),
        (["2026-11-20", "--from", "2026-11-20"], "leave one out"),
        (["--days", "2", "--to", "2026-11-20"], "leave one out"),
        (["--days", "0"], "0 is not in the range"),
        (["today"], "does not match the format"),
    ],
)
def test_days_that_cannot_be_are_refused(log, arguments, said):
    result = run(log, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
