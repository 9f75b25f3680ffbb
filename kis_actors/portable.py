"""What Windows lacks or does otherwise, in one place; the locks have `adapters/file_lock.py` to themselves."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

IS_WINDOWS = os.name == "nt"
PRIVATE_READING: int = reduce(
    or_, (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")), os.O_RDONLY
)
"""Flags to open a file that must be our own: no link is followed, no pipe waited for, no child given it."""

STOPPING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name))
RELOADING = tuple(getattr(signal, name) for name in ("SIGHUP",) if hasattr(signal, name))
"""Windows has no such signal; there `/reload` on Telegram does it."""

APART: Mapping[str, Any] = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if IS_WINDOWS
    else {"start_new_session": True}
)
"""For Popen: Ctrl-C is not for the child."""

BEHIND, LAST = 10, 19
"""Steps of niceness: to a tenth of what others get where both want the processor, and to the least there is."""

PUT_TRIES, PUT_WAIT_S = 20, 0.05


def widen_pipe(descriptor: int, wanted_bytes: int) -> None:
    """Lets so much wait in a pipe, on Linux, whose pipes are short; elsewhere they are as they are."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, wanted_bytes)


def give_way(steps: int = BEHIND) -> str:
    """From now on others come before this process where the processor is short: who began it, and the daemon.

    To be called once, before there are threads: on Linux each has a niceness, and those to come have that of their
    maker, as child processes do. Windows has none. Why not, if the system refuses; "" otherwise.
    """
    if not hasattr(os, "nice"):
        return ""
    try:
        os.nice(steps)
    except OSError as error:  # a sandbox may refuse even that, which is no reason not to go on
        return f"cannot give way to the daemon, and goes on beside it as an equal: {error.strerror}"
    return ""


def user_number() -> int | None:
    """Who runs this; None on Windows, whose files say nothing of owners and modes that Python could read."""
    return os.geteuid() if hasattr(os, "geteuid") else None


def on_stopping(act: Callable[[], object]) -> None:
    """Has `act` called at each request to stop, on Windows too, where asyncio cannot. For the main thread only."""
    for number in STOPPING:
        signal.signal(number, lambda *_: act())


def put(unfinished: Path, path: Path) -> None:
    """Gives `unfinished` the name `path`, in place of what had it. Raises OSError.

    On Windows that is refused while somebody reads what is there; readers are quick, so it is tried for a second.
    """
    for _ in range(PUT_TRIES if IS_WINDOWS else 0):
        try:
            unfinished.replace(path)
            return
        except PermissionError:
            time.sleep(PUT_WAIT_S)  # until its reader is done
    unfinished.replace(path)
