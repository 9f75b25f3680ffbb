"""Seals the file of a day that is over, and lets go of what is not kept any longer.

Whatever moment the process dies at, one whole file stays: nothing is removed before what takes its place is durable,
was read back and compared, and has its manifest. Never in the process that writes the log.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path

from eventlog.aside import has_loose_end
from eventlog.day import DECISIONS, SEALED
from eventlog.integrity import extend
from eventlog.manifest import Manifest, manifest_path_of, read_manifest, sha256_of, write_manifest
from eventlog.mark import Mark, mark_path_of
from eventlog.schema import About, Row
from eventlog.sealed import Commits, SealedReader, write_sealed
from eventlog.snapshot import snapshot_path_of
from eventlog.store import Reader, companions_of, sync_directory, sync_file
from eventlog.verdict import verdict_on

COMMIT_ROWS = 1000


Noting = Callable[[int], None]
"""Told how many bytes go, when nothing can keep them from it any more but a death."""


class Refused(ValueError):
    """Nothing was removed; the message says why."""


def seal(path: Path, made_by: str) -> Manifest:
    """Writes the sealed file of the day file `path` beside it, which stays. Raises Refused."""
    if has_loose_end(path):
        raise Refused(f"{path.name} was not closed: its write-ahead log is not folded away")
    if finding := verdict_on(path).finding:
        raise Refused(f"{path.name} is not whole: {finding.what}")
    with Reader(path) as hot:
        end = Mark(*hot.last_commit())
        before = read_manifest(path.with_suffix(SEALED))
        if before and before.last_seq > end.seq:
            raise Refused(f"{path.name} ends with record {end.seq}, but what was sealed of it, with {before.last_seq}")
        return _written(path, SEALED, hot.about(), hot.rows, hot.commits(), end, made_by)


def is_sealed(path: Path) -> bool:
    """Whether the day file `path` has a sealed one that is whole and ends as it does. Reads all of the sealed one."""
    sealed = path.with_suffix(SEALED)
    manifest = read_manifest(sealed) if sealed.exists() else None
    with Reader(path) as hot:
        return manifest is not None and manifest.end == hot.last_commit() and manifest.sha256 == sha256_of(sealed)


def drop_hot(path: Path, noting: Noting) -> bool:
    """Removes the day file `path`, which is sealed, and what lies beside it; whether there was anything.

    Raises Refused if it is not sealed.
    """
    if path.exists() and not is_sealed(path):
        raise Refused(f"{path.name} is not sealed as it is: nothing of it is removed")
    return _removed(noting, path, *companions_of(path), mark_path_of(path), snapshot_path_of(path))


def keep_only(path: Path, types: Sequence[str], made_by: str, noting: Noting) -> Manifest:
    """Writes what is of these types in the sealed file `path` beside it, and removes it. Raises Refused."""
    kept = _kept_of(path, types, made_by) if path.exists() else read_manifest(path.with_suffix(DECISIONS))
    if kept is None:
        raise Refused(f"{path.name} is gone, but not what was to stay of it")
    _removed(noting, path, manifest_path_of(path))
    return kept


def _removed(noting: Noting, *paths: Path) -> bool:
    """Removes what there is of these, in this order; whether there was anything."""
    there = [path for path in paths if path.exists()]
    if there:
        noting(sum(path.stat().st_size for path in there))
    for path in there:
        path.unlink(missing_ok=True)
    sync_directory(paths[0].parent)
    return bool(there)


def _kept_of(path: Path, types: Sequence[str], made_by: str) -> Manifest:
    manifest = read_manifest(path)
    with SealedReader(path) as whole:
        if manifest is None or whole.problem() or whole.check(mark=manifest.end):
            raise Refused(f"{path.name} is not what was sealed: nothing of it is removed")
        rows = partial(whole.rows, types=types)
        about, end = whole.about(), manifest.end
        return _written(path, DECISIONS, about, rows, _commits_of(rows(), about.chain), end, made_by)


def _written(
    path: Path, kind: str, about: About, rows: Callable[[], Iterator[Row]], commits: Commits, end: Mark, made_by: str
) -> Manifest:
    """Writes the file, reads it back, and gives it its name and then its manifest."""
    made, sealed = path.with_suffix(".sealing"), path.with_suffix(kind)
    try:
        write_sealed(made, about, path.stem, commits, end, is_whole=kind == SEALED)
        events = _compared(rows(), made, end)
        if os.name == "posix":
            made.chmod(0o400)
        sync_file(made)
        made.replace(sealed)
    finally:
        made.unlink(missing_ok=True)
    sync_directory(path.parent)
    manifest = Manifest(
        made_of=path.name, made_by=made_by, first_seq=about.first_seq, last_seq=end.seq,
        chain_before=about.chain.hex(), chain=end.chain.hex(), rows=events.total(),
        events=dict(sorted(events.items())), bytes=sealed.stat().st_size, sha256=sha256_of(sealed),
    )  # fmt: skip
    write_manifest(sealed, manifest)
    return manifest


def _compared(rows: Iterator[Row], made: Path, end: Mark) -> Counter[str]:
    """How many rows there are by name and version, when the file has just these. Raises Refused."""
    events: Counter[str] = Counter()
    with SealedReader(made) as reader:
        if finding := reader.check(mark=end):
            raise Refused(f"{made.name} does not read back: {finding.what}")
        for written, read in zip_longest(rows, reader.rows()):
            if written != read:
                raise Refused(f"{made.name} does not read back: expected {written}, found {read}")
            events[f"{read.type} {read.version}"] += 1
    return events


def _commits_of(rows: Iterator[Row], chain: bytes) -> Iterator[tuple[list[Row], bytes]]:
    while found := list(islice(rows, COMMIT_ROWS)):
        chain = extend(chain, found)
        yield found, chain
