"""Puts a damaged day file away, and one of what is proven good in it in its place."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from eventlog.aside import folder_for
from eventlog.day import DECISIONS, HOT
from eventlog.integrity import Broken, is_momentary
from eventlog.manifest import manifest_path_of
from eventlog.mark import mark_path_of
from eventlog.reading import open_reader
from eventlog.store import Writer, companions_of, sync_directory


class Refused(ValueError):
    """Nothing was changed; the message says why, and what would do."""


def truncate(path: Path, last_seq: int, views: Mapping[str, str] | None = None) -> Path:
    """The day file `path` ends with record `last_seq` from now on; the folder where the old one is kept.

    One that was sealed is one to write to afterwards. Of a file that is to keep no record nothing stays. No writer may
    be open. views: see store.Writer.create. Raises Refused.
    """
    if path.suffix == DECISIONS:
        raise Refused(f"{path.name} has only some of the day's records: nobody can go on after it; name another day")
    ends, first_seq = _proven_ends(path)
    if last_seq != first_seq - 1 and last_seq not in ends:
        near = [end for end in ends if end < last_seq] or [first_seq - 1]
        raise Refused(f"{path.name} has no proven commit that ends at record {last_seq}; name {near[-1]}")
    lasting = path.with_suffix(HOT)
    made = path.parent / "repairing" / lasting.name
    if last_seq in ends:
        _copy_proven(path, made, last_seq, views)
    folder = folder_for(path, "damaged")
    for one in (path, *companions_of(path), mark_path_of(path), manifest_path_of(path)):
        if one.exists():
            one.rename(folder / one.name)
    if last_seq in ends:
        mark_path_of(made).rename(mark_path_of(lasting))
        made.rename(lasting)
        made.parent.rmdir()
    sync_directory(path.parent)
    return folder


def _proven_ends(path: Path) -> tuple[list[int], int]:
    """Where the commits end that are proven good, and the first seq."""
    ends: list[int] = []
    try:
        with open_reader(path) as reader:
            first_seq = reader.about().first_seq
            with suppress(Broken):
                ends += (rows[-1].seq for rows, _ in reader.commits())
    except sqlite3.DatabaseError as error:
        if is_momentary(error):
            raise
        raise Refused(f"nothing of {path.name} can be read ({error}). Move it away, and with it what else is called "
                      f"{path.stem}; the day then begins anew with the state of the day before") from None  # fmt: skip
    return ends, first_seq


def _copy_proven(path: Path, made: Path, last_seq: int, views: Mapping[str, str] | None) -> None:
    """Commit by commit, so that the hash chain comes out as it was."""
    shutil.rmtree(made.parent, ignore_errors=True)
    with open_reader(path) as reader:
        about = reader.about()
        writer = Writer.create(
            made, day=path.stem, last_seq=about.first_seq - 1, chain=about.chain, bulk=about.bulk, views=views,
            durability="normal",
        )  # fmt: skip
        for rows, recorded in reader.commits():
            writer.append(rows)
            assert writer.chain == recorded
            if writer.last_seq == last_seq:
                break
    writer.close()
