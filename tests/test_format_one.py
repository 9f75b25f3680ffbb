"""A log of the first format, without an index and a mark, is read and gone on with as it is."""

import msgspec
import pytest
from days import played, rows_in, written
from facts import DAY, NEXT_DAY
from first_format import in_first_format

from eventlog.mark import mark_path_of, read_mark
from eventlog.store import Reader, Writer
from kis_actors.cores import CORES
from kis_actors.day_files import open_day
from kis_actors.recovery import rebuilt_from


@pytest.fixture
def path(tmp_path):
    """A day as the first version wrote it."""
    return in_first_format(written(tmp_path, played(seed=1).units))


def test_its_state_is_rebuilt(path, tmp_path):
    states = open_day(tmp_path, DAY, CORES, "normal").states
    assert msgspec.json.encode(states) == msgspec.json.encode(played(seed=1).states)


def test_its_rows_are_found_without_an_index(path):
    with Reader(path) as reader:
        assert [row.type for row in reader.rows(types=["RunStarted"])] == ["RunStarted"] * 2
        assert len(list(reader.rows(is_notable=True))) == len(rows_in(path))


def test_it_is_gone_on_with_and_then_has_a_mark(path):
    assert not mark_path_of(path).exists()
    writer = Writer(path)
    (last,) = rows_in(path)[-1:]
    writer.append([last._replace(seq=last.seq + 1)], is_lasting=True)
    writer.close()
    with Reader(path) as reader:
        assert reader.check(mark=read_mark(path)) is None
        assert reader.about().format == 1


def test_the_day_after_it_is_of_today_s_format(path, tmp_path):
    opening = open_day(tmp_path, NEXT_DAY, CORES, "normal")
    with Reader(opening.path) as reader:
        assert (reader.about().format, reader.about().bulk) == (3, ("FrameReceived", "ClockTicked"))
    assert msgspec.json.encode(opening.states) == msgspec.json.encode(rebuilt_from(path, CORES).states)
