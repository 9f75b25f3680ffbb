"""Keeps what a writer that died left behind, before anything opens the file: opening may destroy the evidence.

SQLite reads a write-ahead log up to the first bad byte, and throws the rest away when the file is closed.
"""

import re
import shutil
import time
from pathlib import Path

from eventlog.mark import mark_path_of
from eventlog.store import companions_of

KEPT = 3
"""Older copies go."""
FREE_BYTES_MIN = 256 * 1024 * 1024
"""So much stays free for the log itself."""
WHOLE_BYTES_MAX = 64 * 1024 * 1024
"""A larger file is not copied, only what lies beside it: pages in a write-ahead log are whole, so that they can be
put into the file later too, and nothing is written to the file before it is known to be good."""


def has_loose_end(path: Path) -> bool:
    """Whether the last writer of the day file `path` died: one that ended folded its write-ahead log away."""
    wal = companions_of(path)[0]
    return wal.exists() and wal.stat().st_size > 0


def copy_aside(path: Path) -> str:
    """Copies the day file `path` and what lies beside it to a folder `aside`; what a person should know of it."""
    wanted = [one for one in (*companions_of(path), mark_path_of(path)) if one.exists()]
    if path.stat().st_size <= WHOLE_BYTES_MAX:
        wanted.append(path)
    needed = sum(one.stat().st_size for one in wanted) + FREE_BYTES_MIN
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        return f"no copy of it was kept: {free:,} bytes are free, {needed:,} are needed"
    try:
        folder = folder_for(path, "aside")
        for one in wanted:
            shutil.copyfile(one, folder / one.name)
        forget_old(path)
    except OSError as error:  # a start is worth more than a copy
        return f"no copy of it was kept: {error}"
    return f"a copy of {', '.join(sorted(one.name for one in wanted))} is in {folder}"


def folder_for(path: Path, kind: str) -> Path:
    """A new folder in the one called `kind` beside the day file `path`, for what is kept of it."""
    seconds, rest_ns = divmod(time.time_ns(), 1_000_000_000)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    folder = path.parent / kind / f"{path.stem}.{stamp}.{rest_ns // 1000:06}"
    folder.mkdir(parents=True)
    return folder


def forget_old(path: Path) -> None:
    """Only the last KEPT copies stay, of all days together."""
    name = re.compile(r"\d{4}-\d\d-\d\d\.(\d{8}T\d{6}\.\d{6})")
    folders = [(match[1], one) for one in (path.parent / "aside").iterdir() if (match := name.fullmatch(one.name))]
    for _, folder in sorted(folders)[:-KEPT]:
        shutil.rmtree(folder)
