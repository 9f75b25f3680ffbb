"""A piece of a day's log: where it may be cut, that it replays alone, and that it has no secret in it."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from days import Day, logged, played, rows_in, rows_of, run_of_the_day, tampered, written
from facts import DAY, at, frame, trade
from hypothesis import given
from hypothesis import strategies as st

from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.store import Reader, Writer
from kis_actors import bundling
from kis_actors.bundling import decided_in, piece_of, seam_after, seam_before, write_piece
from kis_actors.cli import cli
from kis_actors.commands import bundle as command
from kis_actors.commands.bundle import search_for
from kis_actors.cores import CORES
from kis_actors.credentials import VARIABLES
from kis_actors.messages import NotifyFailed, RunEnded
from kis_actors.recovery import rebuilt_from
from kis_actors.replay import compare
from kis_actors.units import ns_of_instant

TOKEN = "123456789:CANARYtelegramTOKENabcdefghijklmno"


@pytest.fixture(autouse=True)
def no_secrets_of_ours(monkeypatch):
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)


def cut(source: Path, folder: Path, after: int, upto: int) -> tuple[Path, bundling.Piece]:
    """The piece as a day file."""
    path, piece = path_of(folder, DAY), piece_of(source, CORES, after, upto)
    write_piece(source, piece, CORES, path, day=str(DAY), look=lambda row: None, step=lambda seq: None)
    return path, piece


def bundled(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["bundle", str(DAY), "--data-dir", str(data_dir), *arguments])


# --- seams

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda pair: (pair[0], sum(pair))), max_size=12)


def straddled(decided: list[tuple[int, int]], seq: int) -> bool:
    return any(cause <= seq < at for cause, at in decided)


@given(PAIRS, st.integers(0, 40))
def test_a_seam_before_is_the_last_that_nothing_straddles(decided, seq):
    seams = [each for each in range(-1, seq + 1) if not straddled(decided, each)]
    assert seam_before(decided, seq) == seams[-1]


@given(PAIRS, st.integers(0, 40))
def test_a_seam_after_is_the_first_that_nothing_straddles(decided, seq):
    seams = [each for each in range(seq, 50) if not straddled(decided, each)]
    assert seam_after(decided, seq) == seams[0]


# --- pieces


@pytest.mark.parametrize("seed", range(6))
def test_every_piece_replays_identically(tmp_path, seed):
    source = written(tmp_path, played(seed).units)
    last = len(rows_in(source))
    for number, after in enumerate(range(0, last, 11)):
        upto = min(last, after + 20 + seed)
        path, piece = cut(source, tmp_path / str(number), after, upto)
        assert piece.first_seq <= after + 1
        assert piece.last_seq >= upto
        result = compare(CORES, path, None, lambda seq: None)
        assert (result.first, result.damage) == (None, "")


def test_a_piece_has_the_rows_as_they_were(tmp_path):
    source = written(tmp_path, played(seed=1).units)
    path, piece = cut(source, tmp_path / "piece", 60, 90)
    rows = rows_in(path)
    assert [row.type for row in rows[: piece.carried]] == ["StateCarried"] * len(CORES)
    assert rows[piece.carried :] == rows_in(source)[piece.first_seq - 1 : piece.last_seq]


def test_a_piece_to_the_end_leads_to_the_same_states(tmp_path):
    source = written(tmp_path, played(seed=1).units)
    path, _ = cut(source, tmp_path / "piece", 60, len(rows_in(source)))
    assert rebuilt_from(path, CORES).states == rebuilt_from(source, CORES).states


def test_what_is_too_near_the_beginning_is_taken_from_the_beginning(tmp_path):
    source = written(tmp_path, played(seed=1).units)
    path, piece = cut(source, tmp_path / "piece", 3, 50)
    assert (piece.first_seq, piece.carried) == (1, 0)
    assert rows_in(path) == rows_in(source)[: piece.last_seq]


def test_a_piece_may_be_cut_out_of_a_piece(tmp_path):
    source = written(tmp_path, played(seed=1).units)
    first, _ = cut(source, tmp_path / "first", 40, 110)
    second, piece = cut(first, tmp_path / "second", 60, 90)
    assert (piece.carried, piece.first_seq > 40) == (len(CORES), True)
    assert compare(CORES, second, None, lambda seq: None).is_identical


def test_decisions_of_a_backlog_move_the_seam(tmp_path):
    day = Day(seed=3)
    day.observe("app", run_of_the_day())
    for second in range(20):
        day.observe("socket", frame(trade()))
        day.tick(f"09:00:{second:02}", steps=1)
    day.settle()
    source = written(tmp_path, day.units)
    decided = decided_in(source, CORES, len(day.records))
    blocked = [seq for seq in range(6, len(day.records)) if straddled(decided, seq)]
    assert blocked
    path, _ = cut(source, tmp_path / "piece", blocked[len(blocked) // 2], len(day.records))
    assert compare(CORES, path, None, lambda seq: None).is_identical


def test_a_piece_has_a_chain_of_its_own(tmp_path):
    path, piece = cut(written(tmp_path, played(seed=1).units), tmp_path / "piece", 60, 90)
    with Reader(path) as reader:
        assert reader.check() is None
        assert reader.last_commit()[0] == piece.last_seq
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select chain from about").fetchone() == (START,)
        connection.execute("update records set cause = cause + 1 where seq = 80")
        connection.commit()
    with Reader(path) as reader:
        assert reader.check() is not None


def test_every_row_of_a_piece_is_looked_at(tmp_path):
    source, path, looked_at = written(tmp_path, played(seed=1).units), path_of(tmp_path / "piece", DAY), []
    piece = piece_of(source, CORES, 60, 90)
    write_piece(source, piece, CORES, path, day=str(DAY), look=looked_at.append, step=lambda seq: None)
    assert looked_at == rows_in(path)


def test_too_large_a_piece_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bundling, "PAYLOAD_BYTES_MAX", 1000)
    source = written(tmp_path, played(seed=1).units)
    with pytest.raises(ValueError, match="take fewer --minutes"):
        cut(source, tmp_path / "piece", 60, 90)


# --- the command


def test_a_bundle_replays_on_another_machine(tmp_path):
    written(tmp_path, played(seed=1).units)
    out = tmp_path / "piece.zip"
    result = bundled(tmp_path, "--around", "09:10:01", "--minutes", "2", "--out", str(out))
    assert result.exit_code == 0
    assert "it replays identically" in result.output
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(out), str(tmp_path / "elsewhere")], check=True)
    replayed = CliRunner().invoke(cli, ["replay", str(DAY), "--data-dir", str(tmp_path / "elsewhere"), "--json"])
    assert replayed.exit_code == 0
    said = json.loads(replayed.output)
    assert said["identical"] and said["decisions"] > 5


def test_a_bundle_says_what_it_is(tmp_path):
    written(tmp_path, played(seed=1).units)
    out = tmp_path / "piece.zip"
    bundled(tmp_path, "--around", "09:10:01", "--minutes", "2", "--out", str(out))
    with ZipFile(out) as packed:
        manifest = json.loads(packed.read("manifest.json"))
        names = [file["name"] for file in manifest["files"]]
        assert packed.namelist() == ["README.txt", "manifest.json", *names]
        plain = [packed.read(name) for name in names]
        assert all(info.external_attr >> 16 == 0o600 for info in packed.infolist())
        assert f"replay --data-dir piece {DAY}" in packed.read("README.txt").decode()
    assert f"events/{DAY}.db" in names
    assert not [name for name in names if name.endswith(("-wal", "-shm"))]
    assert [file["sha256"] for file in manifest["files"]] == [hashlib.sha256(each).hexdigest() for each in plain]
    assert [file["bytes"] for file in manifest["files"]] == [len(each) for each in plain]
    assert (manifest["format"], manifest["day"]) == (1, str(DAY))
    assert manifest["first_at"] <= at("09:09:00").isoformat() or manifest["first_seq"] > 1
    assert out.stat().st_mode & 0o777 == 0o600


def test_what_stands_beside_a_day_file_is_packed_too(tmp_path, monkeypatch):
    def with_a_mark(source: Path, piece: bundling.Piece, cores: Any, path: Path, **how: Any) -> None:
        write_piece(source, piece, cores, path, **how)
        path.with_suffix(".mark").write_text("up to here")

    monkeypatch.setattr(command, "write_piece", with_a_mark)
    written(tmp_path, played(seed=1).units)
    out = tmp_path / "piece.zip"
    bundled(tmp_path, "--around", "09:10:01", "--minutes", "2", "--out", str(out))
    with ZipFile(out) as packed:
        assert packed.read(f"events/{DAY}.mark") == b"up to here"


def test_the_same_piece_is_packed_alike(tmp_path):
    written(tmp_path, played(seed=1).units)
    names = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for name in names:
        bundled(tmp_path, "--around", "09:10:01", "--minutes", "2", "--out", str(name))
    with ZipFile(names[0]) as one, ZipFile(names[1]) as other:
        assert [info.date_time for info in one.infolist()] == [info.date_time for info in other.infolist()]


def test_a_log_that_decides_otherwise_today_is_packed_and_said(tmp_path):
    source = written(tmp_path, played(seed=1).units)
    (row,) = [row for row in rows_in(source) if row.type == "SignalRaised"][:1]
    tampered(source, row.seq, row.payload.replace(b'"price_won":9100', b'"price_won":9999'))
    result = bundled(tmp_path, "--around", "09:10:01", "--minutes", "60", "--out", str(tmp_path / "x.zip"))
    assert result.exit_code == 0
    assert "turns that differ, as in the log" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--around", "23:00"], "nothing was logged around 2026-11-20 23:00:00; this log goes from 2026-11-20 08:"),
        (["--around", "noon"], "TIME: expected HH:MM:SS"),
        (["--around", "09:10", "--minutes", "0"], "0 is not in the range"),
        (["--around", "09:10", "--out", "none/x.zip"], "there is no folder none"),
    ],
)
def test_what_cannot_be_packed_is_said(tmp_path, arguments, said):
    written(tmp_path, played(seed=1).units)
    result = bundled(tmp_path, "--out", str(tmp_path / "x.zip"), *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert os.listdir(tmp_path) == ["events"]


def test_an_empty_log_is_said_to_be_empty(tmp_path):
    written(tmp_path, [])
    result = bundled(tmp_path, "--around", "09:10", "--out", str(tmp_path / "x.zip"))
    assert (result.exit_code, result.output) == (
        2, "nothing was logged around 2026-11-20 09:10:00; this log is empty; take another moment\n",
    )  # fmt: skip


# --- secrets


def with_a_leak(data_dir: Path, text: str) -> None:
    """A day with `text` in a record that a bug let through."""
    units = played(seed=1).units
    path = written(data_dir, units)
    leak = NotifyFailed(alert_id="a", channel="telegram", attempt=1, reason=text)
    (rows,) = [rows_of(unit) for unit in logged(("channel", 0, leak), at_each=at("15:40:00"))]
    writer = Writer(path, "normal")
    last = writer.last_seq
    writer.append([row._replace(seq=last + 1, at_ns=ns_of_instant(at("15:40:00"))) for row in rows])
    writer.close()


@pytest.mark.parametrize(
    "text", [f"x {TOKEN} y", "CANARYtelegramTOKENabcdefghijklmno", json.dumps(json.dumps({"url": TOKEN}))]
)
def test_nothing_is_packed_with_a_secret_in_it(tmp_path, monkeypatch, text):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    with_a_leak(tmp_path, text)
    result = bundled(tmp_path, "--around", "15:40", "--out", str(tmp_path / "x.zip"))
    assert result.exit_code == 2
    assert "NotifyFailed, has one of this machine's secrets in it, so nothing was packed" in result.output
    assert "CANARY" not in result.output
    assert not (tmp_path / "x.zip").exists()


def test_keys_that_kis_lent_are_secrets_too(tmp_path):
    with_a_leak(tmp_path, "Bearer eyLENTTOKEN1234567890")
    (tmp_path / "keys.json").write_text('{"owner": "o", "token": "eyLENTTOKEN1234567890", "token_until": null}')
    assert bundled(tmp_path, "--around", "15:40", "--out", str(tmp_path / "x.zip")).exit_code == 2


def test_a_secret_elsewhere_in_the_log_does_not_matter(tmp_path, monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    with_a_leak(tmp_path, TOKEN)
    out = tmp_path / "x.zip"
    assert bundled(tmp_path, "--around", "09:10", "--minutes", "1", "--out", str(out)).exit_code == 0
    with ZipFile(out) as packed:
        assert not any(b"CANARY" in packed.read(name) for name in packed.namelist())


def test_a_secret_with_marks_that_json_quotes_is_found():
    (row,) = rows_of(logged(("app", 0, RunEnded(reason='ab"c\\d/efgh')))[0])
    with pytest.raises(ValueError, match="record 1, RunEnded"):
        search_for(('ab"c\\d/efgh',))(row)
    search_for(("another secret",))(row)
