"""What the daemon's process takes of this machine at one moment, as the system and its own status.json say."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from kis_actors.status import read_status


class Sample(NamedTuple):
    """One look.

    at_s: since the simulator's clock showed its start. waiting: records in all mailboxes. missing: wanted codes that
    are not live. unwell: why, in the daemon's words; "" if it is well. runs: more than one if it started again.
    """

    at_s: float
    rss_bytes: int
    threads: int
    descriptors: int
    wal_bytes: int
    waiting: int
    frames: int
    missing: int
    dropped: int
    unwell: str
    runs: int


class Gone(Exception):
    """The process is not there any more."""


def sample_of(pid: int, data_dir: Path, at_s: float) -> Sample | None:
    """A look at the daemon `pid`; None before it wrote its first status. Raises `Gone`."""
    process = Path("/proc") / str(pid)
    status = read_status(data_dir)
    try:
        rss_bytes = int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        threads, descriptors = len(os.listdir(process / "task")), len(os.listdir(process / "fd"))
    except (OSError, IndexError) as error:
        raise Gone(f"process {pid}") from error
    return status and Sample(
        at_s, rss_bytes, threads, descriptors, _wal_bytes(data_dir), sum(status["mailboxes"].values()),
        status["frames"], _missing(status), status["dropped"], "; ".join(status["reasons"]), status["runs"],
    )  # fmt: skip


def _missing(status: dict[str, Any]) -> int:
    """Before it wants anything, at least one is."""
    return max(status["targets"], 1) - int(status["slots"]["live"])


def _wal_bytes(data_dir: Path) -> int:
    return sum(path.stat().st_size for path in data_dir.glob("**/*.db-wal"))
