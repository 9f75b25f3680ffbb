"""Runs a piece of work in a process of its own, which may be killed at any of its file operations; or right here."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .shim import Shim
from .story import Note

HANGS_AFTER_S = 60


class End(NamedTuple):
    """How a process ended. trace: what it left of its operations and notes. error: what it raised, "" for nothing."""

    is_killed: bool
    error: str
    trace: bytes
    seen: int


def in_child(folder: Path, work: Callable[[Shim], None], *, is_everything: bool = False) -> End:
    """`work`, whose operations below `folder`/data are caught; it says itself what is to happen to them."""
    data_dir, trace, error = folder / "data", folder / "trace", folder / "error"
    data_dir.mkdir(exist_ok=True)
    child = os.fork()
    if not child:
        _work(data_dir, trace, error, work, is_everything)
    _, status = os.waitpid(child, 0)
    seen, _, text = error.read_text().partition("\n") if error.exists() else ("0", "", "")
    end = End(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, text, trace.read_bytes(), int(seen))
    error.unlink(missing_ok=True)
    if os.WIFSIGNALED(status) and not end.is_killed:
        return end._replace(error=f"ended by signal {os.WTERMSIG(status)}; SIGALRM is one that hung")
    return end


def in_place(folder: Path, work: Callable[[Note], None]) -> tuple[str, list[tuple[int, bytes]]]:
    """What `work` raised, "" for nothing, and its notes. Nothing happens to its operations, so it needs no process."""
    notes: list[tuple[int, bytes]] = []
    shim = Shim()
    shim.sync(is_real=False)
    shim.watch(folder / "data")
    try:
        work(lambda number, data: notes.append((number, data)))
    except Exception as raised:
        return f"{type(raised).__name__}: {raised}", notes
    return "", notes


def _work(data_dir: Path, trace: Path, error: Path, work: Callable[[Shim], None], is_everything: bool) -> None:
    """Never returns."""
    text = ""
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(HANGS_AFTER_S)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # threads say there what is told in `error` too
        shim = Shim()
        shim.sync(is_real=False)
        shim.watch(data_dir)
        shim.trace(os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), is_everything=is_everything)
        work(shim)
    except BaseException as raised:
        text = f"{type(raised).__name__}: {raised}"
    finally:
        error.write_text(f"{shim.seen()}\n{text}")
        os._exit(0)
