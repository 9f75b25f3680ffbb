"""Days that are over: sealed, kept as long as the settings say, and read by every command as before."""

import sqlite3
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from log_days import days_from, goes_on, log_of

from eventlog.day import days_in, files_of, path_of
from eventlog.manifest import manifest_path_of
from eventlog.reading import open_reader
from eventlog.schema import Row
from kis_actors.adapters.file_lock import FileLock, Taken
from kis_actors.cli import cli
from kis_actors.cores import CORES
from kis_actors.day_files import Damaged, open_day
from kis_actors.messages import NAMES, ClockTicked, Event, FrameReceived, ScanReturned
from kis_actors.sealer import Sealer
from kis_actors.sealing import BUSY, DECIDED, tidy_log
from kis_actors.settings import EventLog

DAYS = days_from(4)
FIRST, SECOND, THIRD, NEWEST = DAYS


@pytest.fixture
def data_dir(tmp_path):
    """Four days."""
    log_of(tmp_path, 4)
    return tmp_path


def tidied(data_dir: Path, keep_hot_days: int = 2, keep_sealed_days: int = 0) -> list[str]:
    said: list[str] = []
    tidy_log(data_dir, keep_hot_days=keep_hot_days, keep_sealed_days=keep_sealed_days, say=said.append)
    return said


def kept(data_dir: Path) -> list[list[str]]:
    """How each day is kept, oldest first."""
    return [[path.suffix for path in files_of(data_dir, day)] for day in days_in(data_dir)]


def rows(path: Path) -> list[Row]:
    with open_reader(path) as reader:
        return list(reader.rows())


def said(command: str, data_dir: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output."""
    config = data_dir / "settings.yaml"
    config.write_text("{}", "utf-8")
    result = CliRunner().invoke(cli, [command, *arguments, "--config", str(config), "--data-dir", str(data_dir)])
    return result.exit_code, result.output if result.exit_code == 2 else result.stdout


# --- what is kept


def test_days_that_are_over_are_sealed(data_dir):
    tidied(data_dir, keep_hot_days=9)
    assert kept(data_dir) == [[".db", ".sealed"]] * 3 + [[".db"]]


def test_hot_files_go_after_their_days(data_dir):
    tidied(data_dir, keep_hot_days=2)
    assert kept(data_dir) == [[".sealed"], [".db", ".sealed"], [".db", ".sealed"], [".db"]]


def test_of_days_further_back_the_decisions_stay(data_dir):
    for _ in range(2):
        tidied(data_dir, keep_hot_days=1, keep_sealed_days=1)
    assert kept(data_dir) == [[".decisions"], [".decisions"], [".db", ".sealed"], [".db"]]


def test_a_day_that_is_kept_as_written_is_kept_sealed_too(data_dir):
    for _ in range(2):
        tidied(data_dir, keep_hot_days=9, keep_sealed_days=1)
    assert kept(data_dir) == [[".db", ".sealed"]] * 3 + [[".db"]]


def test_without_a_number_sealed_days_stay_for_ever(data_dir):
    for _ in range(2):
        tidied(data_dir, keep_hot_days=1, keep_sealed_days=0)
    assert kept(data_dir) == [[".sealed"], [".sealed"], [".db", ".sealed"], [".db"]]


def test_the_newest_day_is_left_alone(tmp_path):
    log_of(tmp_path, 1)
    assert (tidied(tmp_path), kept(tmp_path)) == ([], [[".db"]])


def test_the_second_time_there_is_nothing_to_do(data_dir):
    assert len(tidied(data_dir)) == 4 and tidied(data_dir) == []


def test_all_that_is_done_is_said(data_dir):
    first, *_, last = tidied(data_dir, keep_hot_days=2)
    assert first.startswith("2026-11-20: sealed, ") and last.startswith("2026-11-22: sealed, ")
    assert "2026-11-20: only the sealed file is kept from now on" in tidied(log_again(data_dir), keep_hot_days=2)
    (given_up,) = tidied(data_dir, keep_hot_days=2, keep_sealed_days=2)
    assert given_up.startswith("2026-11-20: only what was decided is kept from now on, ")


def log_again(data_dir: Path) -> Path:
    """The same log, nothing of it sealed."""
    again = data_dir / "again"
    log_of(again, 4)
    return again


def test_a_damaged_day_stays_and_does_not_keep_others_from_it(data_dir):
    connection = sqlite3.connect(path_of(data_dir, FIRST))
    connection.execute("update records set at = at + 1 where seq = 7")
    connection.commit()
    connection.close()
    first, *_ = tidied(data_dir, keep_hot_days=1, keep_sealed_days=1)
    assert first.startswith("2026-11-20: stays as it is: 2026-11-20.db is not whole: one of the rows 7 to 7 was ")
    assert kept(data_dir)[:2] == [[".db"], [".sealed"]]


def test_a_sealed_day_that_is_hurt_is_not_given_up(data_dir):
    tidied(data_dir, keep_hot_days=1)
    sealed = path_of(data_dir, FIRST).with_suffix(".sealed")
    sealed.chmod(0o600)
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.write_bytes(content)
    first, *_ = tidied(data_dir, keep_hot_days=1, keep_sealed_days=1)
    assert first.startswith("2026-11-20: stays as it is: ") and kept(data_dir)[0] == [".sealed"]


def test_two_do_not_seal_at_once(data_dir):
    with FileLock(data_dir / "sealing.lock", BUSY), pytest.raises(Taken, match="another process"):
        tidied(data_dir)


def test_what_is_decided_has_no_ticks_and_no_answers():
    bulk = [NAMES[kind][0] for kind in (FrameReceived, ClockTicked, ScanReturned)]
    assert not set(bulk) & set(DECIDED)


# --- what the log is told


class Log:
    """A journal whose word can be kept back."""

    def __init__(self, *, is_writing: bool = True) -> None:
        self.told: list[Event] = []
        self._is_writing = is_writing

    def observe(self, stream: str, event: Event) -> None:
        assert stream == "app"
        self.told.append(event)

    def settled(self, timeout_s: float) -> bool:
        return self._is_writing


def told_by_a_run(data_dir: Path, log: Log, keep_hot_days: int = 1) -> list[str]:
    """What a short run of the daemon's share says has gone into the log: kind and day."""
    sealer = Sealer(data_dir, EventLog(keep_hot_days=keep_hot_days), print, log)
    sealer.start()
    if sealer._process:
        sealer._process.wait()
    sealer.stop()
    return [f"{type(event).__name__} {event.day}" for event in log.told]


def test_what_was_done_to_each_day_goes_into_the_log(data_dir):
    sizes = {day: path_of(data_dir, day).stat().st_size for day in DAYS}
    log = Log()
    assert told_by_a_run(data_dir, log) == [
        "DaySealed 2026-11-20", "DayRemoved 2026-11-20", "DaySealed 2026-11-21", "DayRemoved 2026-11-21",
        "DaySealed 2026-11-22",
    ]  # fmt: skip
    sealed, removed, *_ = log.told
    there = path_of(data_dir, FIRST).with_suffix(".sealed")
    assert (sealed.records, sealed.file_bytes) == (len(rows(there)), there.stat().st_size)
    assert removed.kept == "sealed" and removed.freed_bytes >= sizes[FIRST]


def test_what_was_done_is_told_once(data_dir):
    told_by_a_run(data_dir, Log())
    assert told_by_a_run(data_dir, Log()) == []


def test_what_the_log_did_not_take_is_told_again(data_dir):
    before = told_by_a_run(data_dir, Log(is_writing=False))
    assert told_by_a_run(data_dir, Log()) == before != []


def test_what_was_done_by_hand_is_told_by_the_next_run(data_dir):
    said("seal", data_dir, "2026-11-21")
    assert told_by_a_run(data_dir, Log(), keep_hot_days=9)[0] == "DaySealed 2026-11-21"


def test_records_that_are_given_up_are_told(data_dir):
    tidied(data_dir, keep_hot_days=1)
    told_by_a_run(data_dir, Log())
    tidied(data_dir, keep_hot_days=1, keep_sealed_days=2)
    log = Log()
    assert told_by_a_run(data_dir, log) == ["DayRemoved 2026-11-20"]
    assert log.told[0].kept == "decisions"


def test_a_note_that_a_death_cut_short_hides_no_other(data_dir):
    (data_dir / "sealing.notes").write_bytes(b'\nDaySealed 1 {"day":"2026-')
    assert told_by_a_run(data_dir, Log())[0] == "DaySealed 2026-11-20"


def test_while_another_seals_nothing_is_told(data_dir):
    tidied(data_dir)
    with FileLock(data_dir / "sealing.lock", BUSY):
        assert told_by_a_run(data_dir, Log()) == []
    assert told_by_a_run(data_dir, Log()) != []


# --- the process beside the daemon


def wait_for_seal(data_dir: Path) -> None:
    deadline = time.monotonic() + 60
    while not manifest_path_of(path_of(data_dir, THIRD).with_suffix(".sealed")).exists():
        assert time.monotonic() < deadline, "nothing was sealed"
        time.sleep(0.1)


def test_the_daemon_has_it_done_by_another_process(data_dir):
    sealer = Sealer(data_dir, EventLog(keep_hot_days=1), print, Log())
    sealer.start()
    wait_for_seal(data_dir)
    sealer.stop()
    assert kept(data_dir) == [[".sealed"], [".sealed"], [".db", ".sealed"], [".db"]]


def test_a_single_day_needs_no_process(tmp_path):
    log_of(tmp_path, 1)
    sealer = Sealer(tmp_path, EventLog(), print, Log())
    sealer.start()
    assert sealer._process is None
    sealer.stop()


def test_a_machine_that_cannot_start_one_goes_on(data_dir, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr("sys.executable", str(data_dir / "nothing"))
    sealer = Sealer(data_dir, EventLog(), said.append, Log())
    sealer.start()
    sealer.stop()
    assert said[0].startswith("days that are over are not sealed now: ")


# --- going on


def test_the_next_day_opens_after_sealed_ones(data_dir):
    states = open_day(data_dir, NEWEST, CORES, "normal").states
    tidied(data_dir, keep_hot_days=1)
    assert open_day(data_dir, NEWEST, CORES, "normal").states == states


def test_a_log_does_not_go_on_after_a_sealed_day(data_dir):
    """For a later day had begun, which is gone; and its numbers would be given twice."""
    tidied(data_dir, keep_hot_days=1)
    for day in (THIRD, NEWEST):
        for file in (data_dir / "events").glob(f"{day}*"):
            file.unlink()
    with pytest.raises(Damaged, match="a later day was there, which is gone"):
        open_day(data_dir, NEWEST, CORES, "normal")
    with pytest.raises(Damaged, match="a later day was there, which is gone"):
        open_day(data_dir, SECOND, CORES, "normal")


def test_a_sealed_day_is_made_hot_again_by_repair(data_dir):
    second = path_of(data_dir, SECOND)
    before = rows(second)
    tidied(data_dir, keep_hot_days=1)
    for day in (THIRD, NEWEST):
        for file in (data_dir / "events").glob(f"{day}*"):
            file.unlink()
    assert said("repair", data_dir, "2026-11-21", "--truncate-after", str(before[-1].seq))[0] == 0
    assert rows(second) == before and kept(data_dir) == [[".sealed"], [".db"]]
    goes_on(open_day(data_dir, THIRD, CORES, "normal").path)
    assert said("verify", data_dir)[0] == 0


def test_what_is_decided_is_not_repaired(data_dir):
    for _ in range(2):
        tidied(data_dir, keep_hot_days=1, keep_sealed_days=1)
    status, text = said("repair", data_dir, "2026-11-20", "--truncate-after", "10")
    assert status == 2 and "has only some of the day's records" in text
