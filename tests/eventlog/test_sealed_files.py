"""Sealed files: the same rows, commits and chain as the file they were made of, in less room, and nothing else."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path
from random import Random

import msgspec
import pytest

from eventlog import blocks
from eventlog.blocks import Block
from eventlog.integrity import START
from eventlog.manifest import manifest_path_of, read_manifest, write_manifest
from eventlog.mark import mark_path_of
from eventlog.passage import seq_at
from eventlog.reading import open_reader
from eventlog.schema import Row
from eventlog.seal import Refused, drop_hot, is_sealed, keep_only, seal
from eventlog.sealed import SealedReader
from eventlog.snapshot import snapshot_path_of
from eventlog.store import Reader, Writer, companions_of
from eventlog.verdict import verdict_on

FIRST, LAST = 11, 410
SEED, FLIPS = int(os.environ.get("SEALED_SEED", "20261120")), int(os.environ.get("SEALED_FLIPS", "150"))
"""Others, and more: `SEALED_SEED=7 SEALED_FLIPS=10000 ./tools/test tests/eventlog/test_sealed_files.py`."""


def row(seq: int) -> Row:
    kind, stream = ("Bulk", "socket") if seq % 7 else ("Rare", "scan" if seq % 2 else "ws")
    text = '{"name":"삼성전자","a":"%s"}' % (str(seq) * (seq % 60))
    at_ns = 1_795_141_308_000_000_000 + seq**3
    return Row(seq, stream, kind, 1 + seq % 2, seq - 3 if seq % 5 else 0, at_ns, text.encode())


def unnoted(_: int) -> None:
    """Nobody notes what goes."""


@pytest.fixture(autouse=True)
def many_small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "ROWS", 60)


@pytest.fixture
def path(tmp_path):
    """Commits of one to nine rows, closed cleanly; the file goes on after row 10."""
    path = tmp_path / "2026-11-20.db"
    chance = Random(SEED)
    writer = Writer.create(path, day=path.stem, last_seq=FIRST - 1, chain=b"c" * 32, bulk=["Bulk"], durability="normal")
    while writer.last_seq < LAST:
        first = writer.last_seq + 1
        writer.append([row(seq) for seq in range(first, min(first + chance.randint(1, 9), LAST + 1))])
    writer.close()
    return path


@pytest.fixture
def sealed(path):
    """The file that was made of it."""
    seal(path, "test")
    return path.with_suffix(".sealed")


def altered(sealed: Path, statement: str, *values: object) -> None:
    sealed.chmod(0o600)
    connection = sqlite3.connect(sealed)
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def blocks_in(sealed: Path) -> list[Block]:
    connection = sqlite3.connect(sealed)
    rows = connection.execute("select * from blocks order by last_seq").fetchall()
    connection.close()
    return [msgspec.convert(one, Block) for one in rows]


# --- the same


@pytest.mark.parametrize(
    "filters",
    [
        {}, {"after": 200}, {"after": LAST}, {"types": ["Rare"]}, {"types": ["Bulk"]}, {"types": ["Bulk", "Rare"]},
        {"types": ["Unheard"]}, {"streams": ["ws"]}, {"streams": ["scan", "socket"], "after": 99},
        {"is_notable": True}, {"is_notable": True, "types": ["Bulk"]}, {"types": ["Rare"], "streams": ["scan"]},
    ],
)  # fmt: skip
def test_both_readers_read_the_same_rows(path, sealed, filters):
    with Reader(path) as hot, SealedReader(sealed) as cold:
        assert list(cold.rows(**filters)) == list(hot.rows(**filters))


def test_both_readers_read_the_same_commits(path, sealed):
    with Reader(path) as hot, SealedReader(sealed) as cold:
        assert list(cold.commits()) == list(hot.commits())


def test_both_readers_know_the_same_end(path, sealed):
    with Reader(path) as hot, SealedReader(sealed) as cold:
        assert cold.last_commit() == hot.last_commit()


def test_both_readers_know_the_same_beginning(path, sealed):
    with Reader(path) as hot, SealedReader(sealed) as cold:
        assert cold.about() == hot.about()


def test_the_file_has_several_blocks(sealed):
    assert len(blocks_in(sealed)) > 5


def test_rare_rows_are_read_without_the_others(sealed):
    altered(sealed, "update blocks set bulk = x'00'")
    with SealedReader(sealed) as reader:
        assert len(list(reader.rows(types=["Rare"]))) == sum(row(seq).type == "Rare" for seq in range(FIRST, LAST + 1))


def test_the_reader_is_chosen_by_the_file(path, sealed):
    with open_reader(path) as hot, open_reader(sealed) as cold:
        assert (type(hot), type(cold)) == (Reader, SealedReader)


@pytest.mark.parametrize("count", [0, 1, 60, 61])
def test_a_day_of_few_rows_can_be_sealed(tmp_path, count):
    path = tmp_path / "2026-11-20.db"
    opening = [row(seq) for seq in range(1, count + 1)]
    Writer.create(path, day=path.stem, last_seq=0, chain=START, opening=opening).close()
    seal(path, "test")
    assert verdict_on(path.with_suffix(".sealed")).finding is None


def test_a_sealed_file_cannot_be_written(sealed):
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o400
    with SealedReader(sealed) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("delete from blocks")


def test_reading_a_sealed_file_leaves_nothing_beside_it(path, sealed):
    drop_hot(path, unnoted)
    with SealedReader(sealed) as reader:
        list(reader.rows())
    assert sorted(one.name for one in path.parent.iterdir()) == ["2026-11-20.sealed", "2026-11-20.sealed.json"]


def test_sealing_twice_makes_the_same_file(path, sealed):
    before = sealed.read_bytes()
    seal(path, "test")
    assert sealed.read_bytes() == before


# --- the manifest


def test_the_manifest_says_what_is_in_the_file(path, sealed):
    manifest = read_manifest(sealed)
    assert manifest is not None
    assert (manifest.first_seq, manifest.last_seq, manifest.rows) == (FIRST, LAST, LAST - FIRST + 1)
    assert sum(manifest.events.values()) == manifest.rows and set(manifest.events) == {
        "Bulk 1", "Bulk 2", "Rare 1", "Rare 2"
    }  # fmt: skip
    assert (manifest.bytes, manifest.chain_before) == (sealed.stat().st_size, (b"c" * 32).hex())


def test_without_a_manifest_nothing_is_sealed(path, sealed):
    manifest_path_of(sealed).unlink()
    assert not is_sealed(path)


def test_a_manifest_of_another_history_is_found(sealed):
    manifest = read_manifest(sealed)
    assert manifest is not None
    write_manifest(sealed, msgspec.structs.replace(manifest, chain="ab" * 32))
    finding = verdict_on(sealed).finding
    assert finding is not None and "another history" in finding.what


def test_a_manifest_that_is_none_is_found(sealed):
    manifest_path_of(sealed).write_text("{", "utf-8")
    finding = verdict_on(sealed).finding
    assert finding is not None and "expected a manifest" in finding.what


# --- hurt


def test_a_whole_sealed_file_is_clean(sealed):
    assert verdict_on(sealed).finding is None
    with SealedReader(sealed) as reader:
        assert [reader.check(after=seq) for seq in (FIRST, 100, LAST)] == [None] * 3 and reader.problem() == ""


def test_an_altered_row_is_found_in_its_block(sealed):
    first, second, *_ = blocks_in(sealed)
    rows = [one._replace(payload=b"{}") if one.seq == first.last_seq + 3 else one for one in blocks.rows_of(second)]
    rare = [one for one in rows if one.type == "Rare"]
    bulk = [one for one in rows if one.type == "Bulk"]
    altered(
        sealed, "update blocks set notable = ?, bulk = ? where last_seq = ?",
        blocks._packed(rare), blocks._packed(bulk), second.last_seq,
    )  # fmt: skip
    finding = verdict_on(sealed).finding
    assert finding is not None and finding.seq == first.last_seq + 1 and "altered" in finding.what


def test_a_missing_block_is_found(sealed):
    first, second, *_ = blocks_in(sealed)
    altered(sealed, "delete from blocks where last_seq = ?", second.last_seq)
    finding = verdict_on(sealed).finding
    assert finding is not None and finding.seq == first.last_seq + 1


def test_a_missing_last_block_is_found(sealed):
    *_, last_but_one, last = blocks_in(sealed)
    altered(sealed, "delete from blocks where last_seq = ?", last.last_seq)
    finding = verdict_on(sealed).finding
    assert finding is not None and finding.seq == last_but_one.last_seq + 1


def test_another_division_into_commits_is_found(sealed):
    first = blocks_in(sealed)[0]
    sizes = blocks.sizes_of(first)
    altered(sealed, "update blocks set sizes = ? where last_seq = ?", blocks._encoded([sum(sizes)]), first.last_seq)
    finding = verdict_on(sealed).finding
    assert finding is not None and finding.seq == FIRST


def test_a_table_whose_words_are_no_text_is_found(sealed):
    content = sealed.read_bytes()
    sealed.chmod(0o600)
    sealed.write_bytes(content.replace(b'"is_whole"', b'"is_whole\xf5'))
    finding = verdict_on(sealed).finding
    assert finding is not None and "cannot be read" in finding.what


def test_whatever_changes_is_said(sealed, tmp_path):
    content, chance = sealed.read_bytes(), Random(SEED)
    with SealedReader(sealed) as reader:
        whole = list(reader.rows())
    for number in range(FLIPS):
        hurt = tmp_path / f"{number}" / sealed.name
        hurt.parent.mkdir()
        flipped = bytearray(content)
        place = chance.randrange(len(content))
        flipped[place] ^= 1 << chance.randrange(8)
        hurt.write_bytes(flipped)
        shutil.copyfile(manifest_path_of(sealed), manifest_path_of(hurt))
        assert verdict_on(hurt).finding or _read(hurt) == whole, f"byte {place}"
        assert _problem(hurt), f"byte {place}"
        shutil.rmtree(hurt.parent)


def _read(path: Path) -> list[Row] | None:
    try:
        with SealedReader(path) as reader:
            return list(reader.rows())
    except sqlite3.DatabaseError:
        return None


def _problem(path: Path) -> str:
    try:
        with SealedReader(path) as reader:
            return reader.problem()
    except sqlite3.DatabaseError as error:
        return str(error)


# --- nothing is let go of before it is proven


def test_a_file_whose_writer_died_is_not_sealed(path):
    writer = Writer(path)
    writer.append([row(LAST + 1)])
    with pytest.raises(Refused, match="not closed"):
        seal(path, "test")
    writer.close()


def test_a_damaged_file_is_not_sealed(path):
    connection = sqlite3.connect(path)
    connection.execute("update records set cause = 7 where seq = 200")
    connection.commit()
    connection.close()
    with pytest.raises(Refused, match="not whole"):
        seal(path, "test")
    assert not path.with_suffix(".sealed").exists()


def test_a_shorter_file_does_not_take_a_longer_one_s_place(path, sealed, tmp_path):
    shorter = tmp_path / "short" / path.name
    writer = Writer.create(shorter, day=path.stem, last_seq=FIRST - 1, chain=b"c" * 32, bulk=["Bulk"])
    writer.append([row(FIRST)])
    writer.close()
    shutil.copyfile(shorter, path)
    shutil.copyfile(mark_path_of(shorter), mark_path_of(path))
    with pytest.raises(Refused, match="ends with record 11, but what was sealed of it, with 410"):
        seal(path, "test")


def test_what_does_not_read_back_is_not_sealed(path, monkeypatch):
    monkeypatch.setattr(blocks, "_steps", lambda values: [value + 1 for value in values])
    with pytest.raises(Refused, match="does not read back"):
        seal(path, "test")
    assert sorted(one.suffix for one in path.parent.iterdir() if "-" not in one.suffix) == [".db", ".mark"]


def test_a_hot_file_that_is_not_sealed_stays(path):
    with pytest.raises(Refused, match="not sealed"):
        drop_hot(path, unnoted)
    assert path.exists()


def test_a_hot_file_that_went_on_stays(path, sealed):
    writer = Writer(path)
    writer.append([row(LAST + 1)])
    writer.close()
    with pytest.raises(Refused):
        drop_hot(path, unnoted)
    assert path.exists()


def test_a_hot_file_stays_if_the_sealed_one_is_hurt(path, sealed):
    altered(sealed, "update about set first_seq = 12")
    with pytest.raises(Refused):
        drop_hot(path, unnoted)
    assert path.exists()


def test_with_the_hot_file_goes_what_lies_beside_it(path, sealed):
    snapshot_path_of(path).write_bytes(b"snapshot")
    drop_hot(path, unnoted)
    assert not any(one.exists() for one in (path, mark_path_of(path), snapshot_path_of(path), *companions_of(path)))


def test_what_goes_is_noted_while_it_is_there(path, sealed):
    noted = []
    size = sum(one.stat().st_size for one in (path, mark_path_of(path)))
    drop_hot(path, lambda freed: noted.append((freed, path.exists())))
    ((freed, was_there),) = noted
    assert freed >= size and was_there
    assert not drop_hot(path, noted.append) and len(noted) == 1


def test_what_stays_is_not_noted_as_gone(path):
    noted = []
    with pytest.raises(Refused):
        drop_hot(path, noted.append)
    assert noted == []


def test_a_block_that_nobody_could_read_is_not_written(path, monkeypatch):
    monkeypatch.setattr(blocks, "PART_BYTES_MAX", 100)
    with pytest.raises(blocks.Unreadable, match="more than a block may have"):
        seal(path, "test")
    assert not path.with_suffix(".sealed").exists()


def test_a_block_that_unpacks_to_too_much_is_not_read(sealed, monkeypatch):
    monkeypatch.setattr(blocks, "PART_BYTES_MAX", 100)
    with SealedReader(sealed) as reader, pytest.raises(sqlite3.DatabaseError, match="goes on beyond its end"):
        list(reader.rows())


# --- what stays of a day that is given up


def test_only_the_named_types_stay(path, sealed):
    with Reader(path) as reader:
        rare = list(reader.rows(types=["Rare"]))
    keep_only(sealed, ["Rare"], "test", unnoted)
    with open_reader(path.with_suffix(".decisions")) as reader:
        assert list(reader.rows()) == rare
    assert not sealed.exists() and not manifest_path_of(sealed).exists()


def test_what_stays_still_tells_where_the_day_began_and_ended(path, sealed):
    keep_only(sealed, ["Rare"], "test", unnoted)
    with open_reader(path.with_suffix(".decisions")) as kept, Reader(path) as hot:
        assert (kept.about(), kept.last_commit()) == (hot.about(), hot.last_commit())


def test_a_moment_is_found_in_what_stays(path, sealed):
    with open_reader(sealed) as reader:
        last = list(reader.rows(types=["Rare"]))[-1]
    keep_only(sealed, ["Rare"], "test", unnoted)
    with open_reader(path.with_suffix(".decisions")) as reader:
        assert seq_at(reader, last.at_ns) <= last.seq < seq_at(reader, last.at_ns + 1)


def test_a_moment_is_the_same_place_in_both(path, sealed):
    with open_reader(path) as hot, open_reader(sealed) as cold:
        moments = [row(seq).at_ns + more for seq in (FIRST, 200, LAST) for more in (-1, 0, 1)]
        assert [seq_at(cold, at_ns) for at_ns in moments] == [seq_at(hot, at_ns) for at_ns in moments]


def test_what_stays_is_checked_too(path, sealed):
    keep_only(sealed, ["Rare"], "test", unnoted)
    kept = path.with_suffix(".decisions")
    assert verdict_on(kept).finding is None
    (block,) = blocks_in(kept)
    rows = blocks.rows_of(block)
    altered(kept, "update blocks set notable = ?", blocks._packed([rows[0]._replace(payload=b"{}"), *rows[1:]]))
    assert verdict_on(kept).finding is not None


def test_a_sealed_file_that_is_hurt_is_not_given_up(path, sealed):
    altered(sealed, "update blocks set chain = x'00'")
    with pytest.raises(Refused, match="not what was sealed"):
        keep_only(sealed, ["Rare"], "test", unnoted)
    assert sealed.exists()


def test_a_day_of_which_rows_would_be_missing_is_not_given_up(path, sealed, monkeypatch):
    monkeypatch.setattr("eventlog.seal._commits_of", lambda rows, chain: [])
    with pytest.raises(Refused, match="does not read back"):
        keep_only(sealed, ["Rare"], "test", unnoted)
    assert sealed.exists()
