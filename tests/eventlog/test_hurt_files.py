"""Bytes that change by themselves: whatever a reader would see of it is said, and a whole file is never called hurt."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from eventlog.integrity import START
from eventlog.mark import mark_path_of, read_mark
from eventlog.schema import Row
from eventlog.store import Reader, Writer
from eventlog.verdict import verdict_on

ROOT = Path(__file__).resolve().parents[2]
SEED, FLIPS = int(os.environ.get("HURT_SEED", "20261120")), int(os.environ.get("HURT_FLIPS", "150"))
"""Others, and more: `HURT_SEED=7 HURT_FLIPS=100000 ./tools/test tests/eventlog/test_hurt_files.py`."""


def row(seq: int) -> Row:
    kind = "Bulk" if seq % 5 else "Rare"
    return Row(seq, "edge", kind, 1, 0, 1_000 * seq, b'{"a":"%s"}' % (str(seq).encode() * (20 + seq % 60)))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Files as kill -9 leaves them: some pages in the file, some in the write-ahead log, the mark at the end."""
    folder = tmp_path_factory.mktemp("alive")
    path = folder / "2026-11-20.db"
    writer = Writer.create(path, day="2026-11-20", last_seq=0, chain=START, bulk=["Bulk"])
    for first in range(1, 400, 4):
        writer.append([row(seq) for seq in range(first, first + 4)], is_lasting=first > 390)
        if first == 201:
            writer._connection.execute("pragma wal_checkpoint(truncate)")
    kept = tmp_path_factory.mktemp("sound")
    for file in folder.iterdir():
        shutil.copyfile(file, kept / file.name)
    writer.close()
    return kept


def read(path: Path) -> list[Row] | None:
    """What a reader sees; None if it is told that it cannot be read."""
    try:
        with Reader(path) as reader:
            return list(reader.rows())
    except (sqlite3.DatabaseError, ValueError):
        return None


def test_an_unhurt_file_is_whole(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "copy")
    assert verdict_on(tmp_path / "copy" / "2026-11-20.db").finding is None


@pytest.mark.parametrize("suffix", [".db", ".db-wal"])
@pytest.mark.parametrize("how", ["bit", "byte", "zeroed", "swapped", "cut"])
def test_what_a_reader_would_see_of_it_is_said(sound, tmp_path, suffix, how):
    chance, good = Random(f"{SEED} {suffix} {how}"), [row(seq) for seq in range(1, 401)]
    for attempt in range(FLIPS // 10):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        for file in sound.iterdir():
            if file.suffix != ".db-shm":
                shutil.copyfile(file, folder / file.name)
        path = folder / "2026-11-20.db"
        hurt(path.with_suffix(suffix), how, chance)
        assert read(path) == good or verdict_on(path).finding, f"{how} of {suffix}, attempt {attempt}"
        shutil.rmtree(folder)


def hurt(path: Path, how: str, chance: Random) -> None:
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content))
    page, other = at // 4096 * 4096, chance.randrange(len(content) // 4096) * 4096
    match how:
        case "bit":
            content[at] ^= 1 << chance.randrange(8)
        case "byte":
            content[at] = chance.randrange(256)
        case "zeroed":
            content[page : page + 4096] = bytes(len(content[page : page + 4096]))
        case "swapped":
            first, second = content[page : page + 4096], content[other : other + 4096]
            if len(first) == len(second):
                content[page : page + 4096], content[other : other + 4096] = second, first
        case "cut":
            del content[at:]
    path.write_bytes(content)


# --- a disk that takes no more

FULL = """
import resource, signal, sqlite3, sys
from pathlib import Path
from eventlog.schema import Row
from eventlog.store import Writer
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
writer = Writer(Path(sys.argv[1]))
try:
    for seq in range(1, 10**6):
        writer.append([Row(seq, "edge", "Seen", 1, 0, 0, b'{"a":"%s"}' % (b"x" * 500))], is_lasting=seq % 3 == 0)
        print(seq, flush=True)
except (sqlite3.OperationalError, OSError) as error:
    writer.abandon()
    print(error, file=sys.stderr)
"""


@pytest.mark.skipif(os.name != "posix", reason="only there a process can be limited like that")
@pytest.mark.parametrize("most_bytes", [60_000, 131_072, 200_001, 444_444])
def test_a_full_disk_ends_in_a_whole_file(tmp_path, most_bytes):
    path = tmp_path / "2026-11-20.db"
    Writer.create(path, day="2026-11-20", last_seq=0, chain=START, bulk=["Bulk"]).close()
    command = [sys.executable, "-c", FULL, str(path), str(most_bytes)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert child.stderr.strip() in ("database or disk is full", "disk I/O error", "[Errno 27] File too large")
    acknowledged = int(child.stdout.split()[-1])
    verdict = verdict_on(path)
    assert verdict.finding is None and acknowledged <= verdict.last_seq <= acknowledged + 1
    assert read_mark(path).seq >= acknowledged - 2
    writer = Writer(path)
    writer.append([row(writer.last_seq + 1)])
    writer.close()
    assert verdict_on(path).finding is None and mark_path_of(path).exists()
