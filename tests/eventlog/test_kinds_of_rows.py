"""What rows have in common is kept once, and nobody who reads them notices."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eventlog import records
from eventlog.integrity import START
from eventlog.records import AT_ONCE
from eventlog.schema import Row
from eventlog.store import Reader, Writer
from eventlog.verdict import verdict_on

GOLDEN = Path(__file__).parents[1] / "golden"
FRAME = "0|H0STCNT0|001|" + "^".join(["005930", "090003", *["71900"] * 40])
NINE_NS = 1_795_132_800_000_000_000
LINK_1 = '{"link":1,"text":"'

HANGUL = '{"이름":"삼성전자","a":"b"}'.encode()
PAYLOADS = [b"{}", b"7", b'{"a":1}', b'{"a":""}', HANGUL, b'{"a":"\\":\\"b"}', b'{"a": "b"}', b'":"']


def frame(seq: int, text: str = FRAME, link: int = 1) -> Row:
    payload = f'{{"link":{link},"text":"{text}"}}'
    return Row(seq, "socket", "Frame", 1, 0, NINE_NS + seq, payload.encode())


def rare(seq: int, kind: str = "Rare", payload: bytes = b'{"code":"005930"}') -> Row:
    return Row(seq, "actor", kind, 1, seq - 1, NINE_NS + seq, payload)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events" / "2026-11-20.db"


def made(path: Path, *commits: list[Row]) -> Path:
    writer = Writer.create(path, day=path.stem, last_seq=0, chain=START, bulk=["Frame"], durability="normal")
    appended(writer, *commits)
    return path


def appended(writer: Writer, *commits: list[Row]) -> None:
    for rows in commits:
        writer.append(rows)
    writer.close()


def read(path: Path) -> list[Row]:
    with Reader(path) as reader:
        return list(reader.rows())


def asked(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("count", [1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE, 3 * AT_ONCE + 7])
def test_rows_are_read_as_they_were_written(path, count):
    rows = [frame(seq) if seq % 3 else rare(seq) for seq in range(1, count + 1)]
    assert read(made(path, rows)) == rows


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_may_begin_anyhow(path, payload):
    rows = [frame(1)._replace(payload=payload), rare(2, payload=payload)]
    assert read(made(path, rows)) == rows


def test_what_frames_have_in_common_is_kept_once(path):
    made(path, [frame(1), frame(2), rare(3)], [frame(4, link=2), rare(5)])
    assert asked(path, "select * from kinds order by abs(id)") == [
        (0, "socket", "Frame", 1, LINK_1),
        (2, "actor", "Rare", 1, ""),
        (-3, "socket", "Frame", 1, '{"link":2,"text":"'),
    ]
    assert asked(path, "select tail from records where seq = 1") == [(f'{FRAME}"}}',)]


def test_a_day_whose_frames_have_another_id_is_gone_on_with(path):
    """As days were begun before frames had an id that takes no room."""
    made(path, [frame(1), rare(2)])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update kinds set id = -1 where id = 0")
        connection.execute("update records set kind = -1 where kind = 0")
    appended(Writer(path), [frame(3), rare(4)], [frame(5, link=2), frame(6, link=3)])
    assert read(path) == [frame(1), rare(2), frame(3), rare(4), frame(5, link=2), frame(6, link=3)]
    assert asked(path, "select id from kinds order by id") == [(-4,), (-1,), (0,), (2,)]
    assert verdict_on(path).finding is None


def test_people_see_names_and_whole_payloads(path):
    made(path, [frame(1), rare(2)])
    query = "select stream, type, version, cause, json_extract(payload, '$.text') from events where type = 'Frame'"
    assert asked(path, query) == [("socket", "Frame", 1, 0, FRAME)]


def test_who_goes_on_knows_the_kinds_there_are(path):
    made(path, [frame(1), rare(2)])
    appended(Writer(path), [frame(3), rare(4), rare(5, "Other")])
    assert len(asked(path, "select * from kinds")) == 3
    assert read(path) == [frame(1), rare(2), frame(3), rare(4), rare(5, "Other")]
    assert verdict_on(path).finding is None


def test_payloads_that_do_not_begin_alike_are_kept_whole_after_a_while(path, monkeypatch):
    monkeypatch.setattr(records, "HEADED_KINDS_MAX", 3)
    rows = [frame(seq, link=seq) for seq in range(1, 9)]
    made(path, *([row] for row in rows))
    assert read(path) == rows
    assert [head for (head,) in asked(path, "select head from kinds order by abs(id)")][3:] == [""]


def test_a_frame_takes_at_most_a_third_more_than_its_text(path):
    """In commits of four, as fifty frames a second come."""
    text = FRAME.ljust(259, "0")
    made(path, *([frame(seq + step, text) for step in range(4)] for seq in range(1, 4001, 4)))
    assert path.stat().st_size / 4000 < 1.25 * len(text)


# --- damage


@pytest.mark.parametrize("change", ["type = 'Rarer'", "stream = 'other'", "version = 2", "head = '{'", "id = 9"])
def test_a_kind_that_is_altered_is_found_where_it_first_was(path, change):
    made(path, [frame(1)], [frame(2), rare(3)], [frame(4)])
    asked(path, f"update kinds set {change} where type = 'Rare'")
    assert verdict_on(path).finding.seq == 2


def test_two_kinds_mixed_up_are_found(path):
    made(path, [rare(1), rare(2, "Other")])
    asked(path, "update kinds set type = case type when 'Rare' then 'Other' else 'Rare' end")
    assert verdict_on(path).finding.seq == 1


@pytest.mark.parametrize(
    "change",
    ["type = 'Rare'", "head = null", "version = 'one'", "stream = cast(x'ff' as text)"],
    ids=["twice", "no head", "no number", "no text"],
)
def test_a_kind_that_no_row_was_of_lately_is_looked_at_too(path, change):
    """A start looks at what comes after its snapshot only, and whoever goes on takes kinds from the table."""
    made(path, [rare(1, "Early")], [rare(2)])
    asked(path, "create table loose as select * from kinds")
    asked(path, f"update loose set {change} where type = 'Early'")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("pragma legacy_alter_table = on")
        connection.execute("alter table kinds rename to old")
        connection.execute("alter table loose rename to kinds")
    seq, what = verdict_on(path, after=1).finding
    assert seq == 3 and what.startswith("the kinds of its records cannot be read")


def test_a_kind_whose_id_says_that_it_is_not_bulk_is_found(path):
    """The index goes by ids, and who looks something up, by names."""
    made(path, [frame(1), rare(2)])
    for change in ("update kinds set id = 7 where id = 0", "update records set kind = 7 where kind = 0"):
        asked(path, change)
    seq, what = verdict_on(path).finding
    assert seq == 3 and what.startswith("the index of its records is wrong about record")


# --- files of format 2


@pytest.fixture
def older(tmp_path):
    (recorded,) = GOLDEN.glob("*-format-2")
    for name in ("2026-11-20.db", "2026-11-20.mark"):
        shutil.copyfile(recorded / name, tmp_path / name)
    return tmp_path / "2026-11-20.db"


def test_a_file_of_format_2_is_gone_on_with_as_it_is(older):
    before = read(older)
    last_seq = before[-1].seq
    rows = [frame(last_seq + 1), rare(last_seq + 2)]
    appended(Writer(older), rows)
    assert read(older) == [*before, *rows]
    assert verdict_on(older).finding is None
    assert asked(older, "select format from about") == [(2,)]
    assert asked(older, "select name from sqlite_schema where name in ('kinds', 'records')") == []


def test_the_index_of_a_file_of_format_2_is_looked_at(older):
    with Reader(older) as reader:
        bulk = reader.about().bulk
        assert [row.seq for row in reader.rows(is_notable=True)] == [
            row.seq for row in reader.rows() if row.type not in bulk
        ]
    asked(older, "drop index notable")
    assert verdict_on(older).finding.what == "the index of its records cannot be read: no such index: notable"


def test_an_index_of_a_file_of_format_2_that_lacks_rows_is_found(older):
    (condition,) = asked(older, "select sql from sqlite_schema where name = 'notable'")[0]
    asked(older, "drop index notable")
    asked(older, condition.replace("where", "where seq < 0 and"))
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("pragma writable_schema = on")
        connection.execute("update sqlite_schema set sql = ? where name = 'notable'", (condition,))
    assert "the index of its records is wrong about record" in verdict_on(older).finding.what
