"""`kis-actors verify` and `repair`: what a person is told about the log, and what is done at their word."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from days import logged, played, rows_in, rows_of, tampered, written
from facts import DAY, NEXT_DAY, tick
from first_format import in_first_format

from eventlog import integrity
from eventlog.day import path_of
from eventlog.mark import Mark, MarkFile, mark_path_of
from eventlog.store import Writer
from kis_actors.adapters.lock import DirectoryLock
from kis_actors.cli import cli
from kis_actors.cores import CORES
from kis_actors.day_files import Damaged, open_day
from kis_actors.log_views import VIEWS


@pytest.fixture
def path(tmp_path):
    """A whole day of ten ticks, a commit each."""
    return written(tmp_path, logged(*(("clock", 0, tick(f"10:00:{second:02}")) for second in range(10))))


def said(command: str, data_dir: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output, on a settings file with nothing in it."""
    config = data_dir / "settings.yaml"
    config.write_text("{}", "utf-8")
    result = CliRunner().invoke(cli, [command, *arguments, "--config", str(config), "--data-dir", str(data_dir)])
    return result.exit_code, result.output


def altered(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


# --- verify


def test_a_whole_log_is_said_to_be_whole(path, tmp_path):
    assert said("verify", tmp_path) == (0, "2026-11-20: whole, up to record 10\n")


def test_a_bad_record_is_named_with_a_way_out(path, tmp_path):
    altered(path, "update records set at = at + 1 where seq = 7")
    assert said("verify", tmp_path) == (1,
        "2026-11-20: from record 7 on: one of the rows 7 to 7 was altered: their hash does not match. "
        "To go on with what is before: kis-actors repair 2026-11-20 --truncate-after 6\n",
    )  # fmt: skip


def test_a_missing_tail_is_named(path, tmp_path):
    MarkFile(path).write(Mark(12, b"x" * 32))
    status, text = said("verify", tmp_path)
    assert status == 1 and "2 records are missing" in text


def test_a_mark_that_is_gone_is_named(path, tmp_path):
    mark_path_of(path).unlink()
    status, text = said("verify", tmp_path)
    assert status == 1 and "there is no mark beside it any more" in text


def test_a_file_of_the_first_format_needs_no_mark(path, tmp_path):
    in_first_format(path)
    assert said("verify", tmp_path)[0] == 0


def test_a_file_that_only_says_that_it_is_of_the_first_format_is_named(path, tmp_path):
    altered(path, "update about set format = 1")
    status, text = said("verify", tmp_path)
    assert status == 1 and "it says that its format is 1, but its tables are not of that" in text


def test_a_record_nobody_can_read_is_named(path, tmp_path):
    tampered(path, 4, b'{"now":"yesterday"}')
    in_first_format(path)
    status, text = said("verify", tmp_path)
    assert status == 1 and text.startswith("2026-11-20: record 4: ClockTicked cannot be read")


def test_many_records_nobody_can_read_are_counted(path, tmp_path):
    altered(path, "update kinds set type = 'Unheard'")
    connection = sqlite3.connect(path)
    chain = integrity.extend(integrity.START, rows_in(path))
    connection.execute("delete from commits")
    connection.execute("insert into commits values (10, ?)", (chain,))
    connection.commit()
    connection.close()
    mark_path_of(path).unlink()
    MarkFile(path).write(Mark(10, chain))
    lines = said("verify", tmp_path)[1].splitlines()
    assert (len(lines), lines[-1]) == (6, "2026-11-20: 10 records in all cannot be read by this version")


def test_an_index_that_lacks_rows_is_found(tmp_path):
    path = open_day(tmp_path, DAY, CORES, "normal").path
    writer = Writer(path)
    writer.append(rows_of(unit[0] for unit in played(seed=1).units[:1]))
    writer.close()
    connection = sqlite3.connect(path)
    connection.execute("pragma writable_schema = on")
    connection.execute("update sqlite_master set sql = replace(sql, 'kind > 0', 'kind < 0') where name = 'notable'")
    connection.commit()
    connection.close()
    status, text = said("verify", tmp_path)
    assert status == 1 and "the index of its records cannot be read" in text
    assert f"repair {DAY} --truncate-after {writer.last_seq}" in text


def test_a_file_that_only_sqlite_finds_fault_with_is_told(tmp_path):
    path = open_day(tmp_path, DAY, CORES, "normal").path
    content = path.read_bytes()
    path.write_bytes(content[:4103] + b"\x05" + content[4104:])  # so many bytes of page 2 are said to be lost
    status, text = said("verify", tmp_path)
    assert status == 1 and "its records are whole, but SQLite finds" in text


def test_a_day_that_the_disk_does_not_give_keeps_no_other_from_being_verified(path, tmp_path):
    path_of(tmp_path, NEXT_DAY).mkdir()
    status, text = said("verify", tmp_path)
    assert status == 1 and f"{DAY}: whole" in text and f"{NEXT_DAY}: the disk could not be read or written" in text


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no such terminals")
def test_on_a_terminal_a_bar_tells_how_far_it_is(path, tmp_path):
    terminal, its_end = os.openpty()
    command = [sys.executable, "-m", "kis_actors", "verify", "--data-dir", str(tmp_path)]
    variables = {**os.environ, "TERM": "xterm"}
    ended = subprocess.run(command, stderr=its_end, stdout=subprocess.PIPE, text=True, env=variables)
    os.close(its_end)
    shown = os.read(terminal, 1_000_000).decode()
    os.close(terminal)
    assert ended.stdout == "2026-11-20: whole, up to record 10\n"
    assert "2026-11-20: hashes" in shown and "2026-11-20: records" in shown and "100%" in shown


def test_each_day_goes_on_where_the_one_before_ends(path, tmp_path):
    open_day(tmp_path, NEXT_DAY, CORES, "normal")
    assert said("verify", tmp_path)[0] == 0


def test_a_day_that_begins_elsewhere_is_named(path, tmp_path):
    Writer.create(path_of(tmp_path, NEXT_DAY), day=str(NEXT_DAY), last_seq=12, chain=b"x" * 32).close()
    assert said("verify", tmp_path, "2026-11-21") == (
        1, "2026-11-21: begins with record 13, but 2026-11-20 ends with 10\n"
    )  # fmt: skip


def test_a_day_of_another_history_is_named(path, tmp_path):
    Writer.create(path_of(tmp_path, NEXT_DAY), day=str(NEXT_DAY), last_seq=10, chain=b"x" * 32).close()
    status, text = said("verify", tmp_path)
    assert status == 1 and "2026-11-21: continues another history than that of 2026-11-20" in text


def test_a_file_that_is_no_log_is_a_finding(path, tmp_path):
    path.write_bytes(b"noise" * 5000)
    assert said("verify", tmp_path)[0] == 1


def test_a_day_without_a_file_cannot_be_verified(path, tmp_path):
    assert said("verify", tmp_path, "2026-11-19")[0] == 2


def test_a_log_that_is_written_is_verified_meanwhile(path, tmp_path):
    writer = Writer(path)
    writer.append(rows_of(logged(*(("clock", 0, tick("10:00:00")) for _ in range(11)))[10]))
    assert said("verify", tmp_path) == (0, "2026-11-20: whole, up to record 11\n")
    writer.close()


# --- repair


def test_a_repaired_log_starts_again(path, tmp_path):
    altered(path, "update records set at = at + 1 where seq = 7")
    with pytest.raises(Damaged):
        open_day(tmp_path, DAY, CORES, "normal")
    status, text = said("repair", tmp_path, "2026-11-20", "--truncate-after", "6")
    assert status == 0 and text.startswith("2026-11-20: ends with record 6 now; the file before is in ")
    assert text.endswith("2026-11-20: whole, up to record 6\n")
    assert open_day(tmp_path, DAY, CORES, "normal").path == path


def test_a_repaired_log_has_the_views_for_people(path, tmp_path):
    said("repair", tmp_path, "2026-11-20", "--truncate-after", "6")
    connection = sqlite3.connect(path)
    names = connection.execute("select name from sqlite_master where type = 'view'").fetchall()
    connection.close()
    assert {name for (name,) in names} == {"events", *VIEWS}


def test_another_place_than_a_proven_one_is_refused(path, tmp_path):
    altered(path, "update records set at = at + 1 where seq = 7")
    assert said("repair", tmp_path, "2026-11-20", "--truncate-after", "8") == (
        2, "2026-11-20.db has no proven commit that ends at record 8; name 6\n"
    )  # fmt: skip


def test_a_running_daemon_s_log_is_not_repaired(path, tmp_path):
    with DirectoryLock(tmp_path):
        status, text = said("repair", tmp_path, "2026-11-20", "--truncate-after", "6")
    assert status == 75 and "in use by a running daemon" in text
    assert len(rows_in(path)) == 10


def test_a_day_of_which_nothing_is_good_begins_anew(path, tmp_path):
    following = open_day(tmp_path, NEXT_DAY, CORES, "normal")
    first_seq = rows_in(following.path)[0].seq
    altered(following.path, f"update records set at = at + 1 where seq = {first_seq}")
    assert said("repair", tmp_path, "2026-11-21", "--truncate-after", str(first_seq - 1))[0] == 0
    assert not following.path.exists()
    assert open_day(tmp_path, NEXT_DAY, CORES, "normal").states == following.states
