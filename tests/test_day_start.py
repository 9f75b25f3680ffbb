"""A start looks at what the run before left before it writes: whole, or not to be written over."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from days import logged, played, rows_in, rows_of, written
from facts import DAY, NEXT_DAY, tick

from eventlog.day import path_of
from eventlog.mark import mark_path_of
from eventlog.store import Writer
from eventlog.trouble import DiskTrouble
from kis_actors.cores import CORES
from kis_actors.day_files import Damaged, Opening, day_to_open, open_day

LATER = date(2026, 12, 1)
WAL = Path("2026-11-20.db-wal")


def opened(data_dir: Path, day: date = DAY) -> Opening:
    return open_day(data_dir, day, CORES, "normal")


@pytest.fixture
def dead(tmp_path):
    """The data directory of a run that was killed: 20 ticks, all of them still in the write-ahead log."""
    alive, dead = tmp_path / "alive", tmp_path / "dead"
    path = written(alive, [])
    writer = Writer(path)
    for unit in logged(*(("clock", 0, tick(f"10:00:{second:02}")) for second in range(20))):
        writer.append(rows_of(unit), is_lasting=True)
    shutil.copytree(alive, dead)
    writer.close()
    return dead


def contents(directory: Path) -> dict[str, bytes]:
    """All day files and what lies beside them; not the index, which any reader may write."""
    return {one.name: one.read_bytes() for one in (directory / "events").glob("2026*") if one.suffix != ".db-shm"}


def flipped(path: Path, at: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)


def test_after_a_clean_end_there_is_nothing_to_say(tmp_path):
    written(tmp_path, played(seed=1).units)
    assert opened(tmp_path).found == ""


def test_after_a_death_the_log_is_said_to_be_whole(dead):
    assert opened(dead).found.startswith("the run before died; its log is whole up to record 20; a copy of ")


def test_after_a_death_there_is_a_copy_of_all_it_left(dead):
    before = contents(dead)
    opened(dead)
    (folder,) = (dead / "events" / "aside").iterdir()
    assert before.items() <= {one.name: one.read_bytes() for one in folder.iterdir()}.items()


def test_a_flipped_bit_in_what_it_left_ends_the_start(dead):
    flipped(dead / "events" / WAL)
    with pytest.raises(Damaged, match=r"the log ends at \d+, but the mark beside it says that it went on to 20"):
        opened(dead)


def test_a_damaged_log_is_not_written_to(dead):
    flipped(dead / "events" / WAL)
    before = contents(dead)
    with pytest.raises(Damaged):
        opened(dead)
    assert contents(dead) == before


def test_a_damaged_log_comes_with_a_way_out(dead):
    flipped(dead / "events" / WAL)
    last_seq = len(rows_in(path_of(dead, DAY)))
    with pytest.raises(Damaged, match=f"kis-actors repair 2026-11-20 --truncate-after {last_seq}$"):
        opened(dead)


def test_a_bad_record_ends_the_start(tmp_path):
    path = written(tmp_path, played(seed=1).units)
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"link":1', b'"link":9', 1))
    with pytest.raises(Damaged, match="their hash does not match"):
        opened(tmp_path)


def test_a_bad_record_of_the_day_before_ends_the_start(tmp_path):
    path = written(tmp_path, played(seed=1).units)
    path.write_bytes(path.read_bytes().replace(b'"link":1', b'"link":9', 1))
    with pytest.raises(Damaged, match="2026-11-20"):
        opened(tmp_path, NEXT_DAY)


def test_a_file_that_is_gone_ends_the_start(tmp_path):
    written(tmp_path, played(seed=1).units).unlink()
    with pytest.raises(Damaged, match=r"is gone, but 2026-11-20\.mark beside it shows that it was there"):
        opened(tmp_path)


def test_a_file_that_never_came_does_not(tmp_path):
    path = written(tmp_path, played(seed=1).units)
    path.rename(path.with_suffix(".new"))
    assert opened(tmp_path).path == path


def test_a_clock_that_is_behind_opens_no_sealed_day(tmp_path):
    written(tmp_path, played(seed=1).units)
    opened(tmp_path, NEXT_DAY)
    said: list[str] = []
    assert [day_to_open(tmp_path, day, said.append) for day in (DAY, NEXT_DAY, LATER)] == [NEXT_DAY, NEXT_DAY, LATER]
    assert said == ["warning: the clock shows 2026-11-20, but the log is at 2026-11-21; going on with that day"]


def test_the_first_day_ever_is_today(tmp_path):
    assert day_to_open(tmp_path, DAY, print) == DAY


def test_a_log_of_an_older_version_has_no_mark_to_fail(tmp_path):
    path = written(tmp_path, played(seed=1).units)
    mark_path_of(path).unlink()
    assert opened(tmp_path).states == played(seed=1).states


def test_a_disk_that_does_not_give_the_log_is_not_a_damaged_log(tmp_path):
    path_of(tmp_path, DAY).mkdir(parents=True)
    with pytest.raises(DiskTrouble, match="Nothing says that the log is damaged: look at the disk"):
        opened(tmp_path)
