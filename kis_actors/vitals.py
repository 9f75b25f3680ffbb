"""What the daemon's process and its log take of this machine, for whoever watches it. Must not know what it does."""

import os
import threading
import time
from datetime import datetime
from pathlib import Path
from shutil import disk_usage
from typing import Any

from eventlog.snapshot import snapshot_path_of
from eventlog.store import companions_of
from kis_actors.units import instant_of_ns

PROC = Path("/proc/self")
UNKNOWN = -1


def process() -> dict[str, Any]:
    """Of this process. rss_bytes: memory in use; descriptors: open files. Both -1 where the system does not say."""
    times = os.times()
    return {
        "pid": os.getpid(),
        "rss_bytes": _rss_bytes(),
        "cpu_s": round(times.user + times.system, 3),
        "threads": threading.active_count(),
        "descriptors": _descriptors(),
    }


def _rss_bytes() -> int:
    try:
        return int((PROC / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError):
        return UNKNOWN


def _descriptors() -> int:
    try:
        return len(os.listdir(PROC / "fd"))
    except OSError:
        return UNKNOWN


def log_files(path: Path) -> dict[str, Any]:
    """Of the day file `path`. bytes: with its write-ahead log. snapshot_at: of the last one, None if there is none."""
    sizes = [one.stat().st_size for one in (path, companions_of(path)[0]) if one.exists()]
    snapshot = snapshot_path_of(path)
    return {
        "day": path.stem,
        "bytes": sum(sizes),
        "free_bytes": disk_usage(path.parent).free,
        "snapshot_at": instant_of_ns(snapshot.stat().st_mtime_ns) if snapshot.exists() else None,
    }


def real_now() -> datetime:
    """The real instant, whatever the daemon's own clock shows; how old a status is, is measured by it. KST."""
    return instant_of_ns(time.time_ns())
