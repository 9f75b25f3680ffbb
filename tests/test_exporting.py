"""The tables of `export`: which rows the records of a log make."""

import csv
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from arro3.io import read_parquet
from click.testing import CliRunner, Result
from days import logged, played, rows_in, rows_of, tampered, written
from facts import DAY, HYNIX, SAMSUNG, acknowledged, at, frame, quotes_returned, raised, status, trade
from msgspec.structs import replace

from eventlog.day import path_of
from kis_actors.cli import cli
from kis_actors.commands import parquet, table_files
from kis_actors.commands.export_rows import TABLES
from kis_actors.commands.table_files import whole_file
from kis_actors.messages import AlertDecided, CommandReceived, Event, FrameReceived, NotifyRequested, NotifySent

SIGNAL = raised()
ALERT = AlertDecided(alert_id="a-1", signal=SIGNAL, decided_at=at("09:31:07"))
ASKED = NotifyRequested(alert_id="a-1", channel="telegram", attempt=1, text="...")
SENT = NotifySent(alert_id="a-1", channel="telegram", attempt=1)
KINDS = {"text": str, "whole": int, "ratio": float, "flag": bool, "instant": datetime}


def table(what: str, *events: Event) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Rows as dicts, and what was skipped."""
    rows = [row for unit in logged(*(("test", 0, event) for event in events)) for row in rows_of(unit)]
    skipped: list[tuple[int, str]] = []
    names = [column.name for column in TABLES[what].columns]
    wanted = [row for row in rows if row.type in TABLES[what].types or not TABLES[what].types]
    made = TABLES[what].rows(wanted, lambda seq, why: skipped.append((seq, why)))
    return [dict(zip(names, values, strict=True)) for values in made], skipped


def exported(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["export", str(DAY), "--data-dir", str(data_dir), *arguments])


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A played day, with alerts and frames."""
    written(tmp_path, played(seed=1).units)
    return tmp_path


def read_back(out: Path) -> list[dict[str, Any]]:
    """The rows of a file; all text if it is CSV."""
    if out.suffix == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    if out.suffix == ".jsonl":
        return [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return [dict(zip(batch.schema.names, values, strict=True)) for batch in read_parquet(out) for values in
            zip(*(column.to_pylist() for column in batch.columns), strict=True)]  # fmt: skip


# --- rows


def test_every_trade_of_a_frame_is_a_tick():
    ticks, skipped = table("ticks", frame(trade(71_900), trade(150_000, HYNIX, CNTG_VOL="7")))
    assert [(tick["code"], tick["price_won"], tick["volume_shares"]) for tick in ticks] == [
        (SAMSUNG, 71_900, 10), (HYNIX, 150_000, 7),
    ]  # fmt: skip
    assert skipped == []


def test_a_tick_has_the_columns_that_stay_put():
    (tick,), _ = table("ticks", frame(trade(71_900)))
    assert list(tick.items())[:8] == [
        ("code", "005930"), ("date", "2026-11-20"), ("time", "10:00:00"), ("price_won", 71_900),
        ("volume_shares", 10), ("cum_volume_shares", 1000), ("cum_turnover_won", 10_000_000), ("seq", 1),
    ]  # fmt: skip


def test_frames_without_trades_make_no_tick():
    assert table("ticks", status(), acknowledged("OPSP0000")) == ([], [])


def test_a_frame_that_cannot_be_read_is_skipped_and_said():
    ticks, ((seq, why),) = table("ticks", frame(trade(STCK_PRPR="")), frame(trade(1000)))
    assert (len(ticks), seq) == (1, 1)
    assert "price" in why


def test_every_price_of_a_scan_is_a_row():
    scans, skipped = table("scans", quotes_returned({SAMSUNG: 71_900, HYNIX: 150_000}, scan=3))
    assert [(row["scan"], row["code"], row["price_won"], row["seq"]) for row in scans] == [
        (3, SAMSUNG, 71_900, 1), (3, HYNIX, 150_000, 1),
    ]  # fmt: skip
    assert skipped == []


def test_a_code_without_a_price_is_said():
    scans, ((seq, why),) = table("scans", quotes_returned({SAMSUNG: 0, HYNIX: 150_000}, scan=3))
    assert ([row["code"] for row in scans], seq) == ([HYNIX], 1)
    assert why == "1 of the codes of scan 3 have no price"


def test_an_alert_knows_what_became_of_it():
    (alert,), _ = table("alerts", ALERT, ASKED, SENT)
    assert (alert["alert_id"], alert["price"], alert["seq"]) == ("a-1", 71_900, 1)
    assert ("telegram", "sent") in [(one["channel"], one["status"]) for one in alert["deliveries"]]


def test_events_are_all_there_as_the_log_has_them():
    events, _ = table("events", ALERT, ASKED)
    assert [(event["seq"], event["type"], event["cause"]) for event in events] == [
        (1, "AlertDecided", None), (2, "NotifyRequested", None),
    ]  # fmt: skip


@pytest.mark.parametrize("what", TABLES)
def test_values_are_of_their_columns_kind(what):
    events = (frame(trade(71_900)), quotes_returned({SAMSUNG: 71_900}), ALERT)
    rows, _ = table(what, *events)
    assert rows
    for column in TABLES[what].columns:
        for row in rows:
            assert row[column.name] is None or isinstance(row[column.name], KINDS.get(column.kind, object)), column


# --- files


@pytest.mark.parametrize("what", TABLES)
def test_all_formats_say_the_same(data_dir, what):
    rows = {}
    for format_ in ("csv", "jsonl", "parquet"):
        out = data_dir / f"out.{format_}"
        assert exported(data_dir, "--what", what, "--format", format_, "--out", str(out)).exit_code == 0
        rows[format_] = read_back(out)
    assert rows["jsonl"]
    assert [_plain(row) for row in rows["parquet"]] == [_plain(row) for row in rows["jsonl"]]
    assert [{name: _text(value) for name, value in row.items()} for row in rows["jsonl"]] == rows["csv"]


def test_the_default_table_is_ticks(data_dir):
    out = data_dir / "out.csv"
    result = exported(data_dir, "--format", "csv", "--out", str(out))
    said = result.output.splitlines()
    assert said[0] == f"{out}: {len(read_back(out)):,} rows of ticks, {DAY}"
    assert said[1].startswith("1 records not whole, the first at seq ")
    assert read_back(out)[0]["code"] == SAMSUNG
    assert not out.read_bytes().startswith(b"\xef\xbb\xbf")


def test_excel_can_tell_that_hangul_is_utf_8(tmp_path):
    written(tmp_path, logged(("notify", 0, ALERT)))
    out = tmp_path / "out.csv"
    exported(tmp_path, "--format", "csv", "--what", "alerts", "--out", str(out))
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_back(out)[0]["name"] == "삼성전자"


@pytest.mark.parametrize("name", ["=1+1", "+82", "-1", "@SUM(A1)", " =1", "\t=1", "＝1+1"])
def test_a_name_that_looks_like_a_formula_is_text(tmp_path, name):
    signal = replace(SIGNAL, name=name)
    written(tmp_path, logged(("notify", 0, replace(ALERT, signal=signal))))
    out = tmp_path / "out.csv"
    exported(tmp_path, "--format", "csv", "--what", "alerts", "--out", str(out))
    (alert,) = read_back(out)
    assert alert["name"] == f"'{name}"
    assert (alert["threshold"], alert["code"]) == ("-0.08", "005930")


def test_what_a_person_said_stays_one_cell(tmp_path):
    written(tmp_path, logged(("commands", 0, CommandReceived(update_id=1, person="1", chat="1", text='a,"b"\nc'))))
    out = tmp_path / "out.csv"
    exported(tmp_path, "--format", "csv", "--what", "events", "--out", str(out))
    (event,) = read_back(out)
    assert json.loads(event["data"])["text"] == 'a,"b"\nc'


def test_parquet_keeps_instants_as_instants(tmp_path):
    written(tmp_path, logged(("notify", 0, ALERT)))
    out = tmp_path / "out.parquet"
    exported(tmp_path, "--format", "parquet", "--what", "alerts", "--out", str(out))
    assert read_back(out)[0]["observed_at"] == at("09:31:07")


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_many_rows_are_written_in_several_batches(tmp_path, monkeypatch, format_):
    monkeypatch.setattr(parquet, "BATCH_ROWS", 10)
    prices = range(1000, 1055)
    written(tmp_path, logged(*(("socket", 0, frame(trade(price))) for price in prices)))
    out = tmp_path / f"out.{format_}"
    exported(tmp_path, "--format", format_, "--out", str(out))
    assert [int(row["price_won"]) for row in read_back(out)] == list(prices)


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_a_day_without_trades_makes_a_table_without_rows(tmp_path, format_):
    written(tmp_path, logged(("notify", 0, ALERT)))
    out = tmp_path / f"out.{format_}"
    assert exported(tmp_path, "--format", format_, "--out", str(out)).exit_code == 0
    assert read_back(out) == []


# --- what is refused


def refused(data_dir: Path, *arguments: str) -> str:
    result = exported(data_dir, *arguments)
    assert result.exit_code == 2
    return result.output


def test_a_file_that_is_there_is_not_touched(data_dir):
    out = data_dir / "out.csv"
    out.write_text("mine")
    assert "is there already; name another file, or add --force" in refused(
        data_dir, "--format", "csv", "--out", str(out)
    )
    assert out.read_text() == "mine"
    assert exported(data_dir, "--format", "csv", "--out", str(out), "--force").exit_code == 0
    assert out.read_text().startswith("code,")


def test_the_log_cannot_be_overwritten(data_dir):
    day_file = path_of(data_dir, DAY)
    before = rows_in(day_file)
    aside = data_dir / "aside"
    aside.symlink_to(day_file.parent)
    for out in (day_file, aside / "x.csv"):
        assert "holds the log" in refused(data_dir, "--format", "csv", "--out", str(out), "--force")
    assert rows_in(day_file) == before
    assert [path.name for path in day_file.parent.iterdir() if not path.name.startswith(str(DAY))] == []


@pytest.mark.parametrize(
    ("out", "said"), [("", "is a folder; name a file in it"), ("none/x.csv", "there is no folder")]
)
def test_a_place_that_cannot_be_is_named(data_dir, out, said):
    assert said in refused(data_dir, "--format", "csv", "--out", str(data_dir / out))


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_a_log_that_cannot_be_read_leaves_no_file(tmp_path, format_):
    units = logged(("socket", 0, frame(trade())), ("socket", 0, FrameReceived(link=1, text="0|H0STCNT0|001|")))
    path = written(tmp_path, units)
    tampered(path, 2, b'{"link": "one"}')
    assert "record 2: FrameReceived cannot be read" in refused(
        tmp_path, "--format", format_, "--out", str(tmp_path / "out")
    )
    assert os.listdir(tmp_path) == ["events"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_what_is_no_ordinary_file_is_not_replaced(data_dir, force):
    pipe, nowhere = data_dir / "pipe", data_dir / "nowhere"
    os.mkfifo(pipe)
    nowhere.symlink_to(data_dir / "not there")
    for out in (pipe, nowhere):
        assert "is no ordinary file" in refused(data_dir, "--format", "csv", "--out", str(out), *force)
    assert pipe.is_fifo() and nowhere.is_symlink()


def test_a_day_without_a_log_names_those_there_are(data_dir):
    result = CliRunner().invoke(
        cli, ["export", "2026-11-01", "--data-dir", str(data_dir), "--format", "csv", "--out", "x.csv"]
    )
    said = f"no log of 2026-11-01 in {data_dir}; days there: 2026-11-20; name one of them\n"
    assert (result.exit_code, result.output) == (2, said)


def test_without_arro3_it_says_what_to_install(data_dir, monkeypatch):
    monkeypatch.delitem(sys.modules, "kis_actors.commands.parquet")
    monkeypatch.setitem(sys.modules, "arro3.io", None)
    assert "pip install arro3-io" in refused(data_dir, "--format", "parquet", "--out", str(data_dir / "x"))


def test_nobody_else_can_read_what_was_exported(data_dir):
    out = data_dir / "out.csv"
    exported(data_dir, "--format", "csv", "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o600


def test_an_interrupted_file_is_gone(tmp_path):
    begun = whole_file(tmp_path / "x", away_from=tmp_path / "events", force=False)
    with pytest.raises(KeyboardInterrupt), begun as out:
        out.write(b"half")
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_the_choices_of_the_command_are_those_there_are():
    from kis_actors.commands import log_commands

    assert tuple(TABLES) == log_commands.TABLES
    assert all(table_files.writer_of(format_) for format_ in log_commands.FORMATS)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row of Parquet or JSON lines, comparable: instants as text, what was JSON parsed."""
    return {name: _comparable(value) for name, value in row.items()}


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)
