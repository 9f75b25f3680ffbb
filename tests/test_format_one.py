"""A log of the first format, without an index and a mark, is read and gone on with as it is."""

import sqlite3

import msgspec
import pytest
from days import played, rows_in, rows_of
from facts import DAY, NEXT_DAY

from eventlog.day import path_of
from eventlog.integrity import START, extend
from eventlog.mark import mark_path_of, read_mark
from eventlog.store import Reader, Writer
from kis_actors.cores import CORES
from kis_actors.day_files import open_day
from kis_actors.recovery import rebuilt_from

TABLES = """
create table events (seq integer primary key, stream text not null, type text not null, version integer not null,
                     cause integer not null, at integer not null, payload text not null);
create table commits (last_seq integer primary key, chain blob not null);
create table about (format integer, day text, first_seq integer, chain blob);
"""


@pytest.fixture
def path(tmp_path):
    """A day as the first version wrote it."""
    path = path_of(tmp_path, DAY)
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    connection.execute("insert into about values (1, ?, 1, ?)", (str(DAY), START))
    chain = START
    for unit in played(seed=1).units:
        rows = rows_of(unit)
        chain = extend(chain, rows)
        texts = [(*row[:6], row.payload.decode()) for row in rows]
        connection.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?)", texts)
        connection.execute("insert into commits values (?, ?)", (rows[-1].seq, chain))
    connection.commit()
    connection.close()
    return path


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
