"""One daemon for each app key on this machine, whatever its data directory: KIS gives a key one WebSocket session.

Two daemons of one user find each other, two users do not: a directory that both may write can be laid traps in.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kis_actors.adapters.file_lock import FileLock, Taken
from kis_actors.adapters.keys import fingerprint
from kis_actors.portable import user_number

TAKEN = (
    "another daemon of this user runs with the same app key and address, and KIS gives a key one session: "
    "stop it, or use the key of another account"
)


@contextmanager
def app_key_lock(rest_url: str, app_key: str) -> Iterator[None]:
    """Holds `app_key` at `rest_url`. Raises file_lock.Taken on entering; its message says what to do.

    A machine where no place for the lock can be made goes without it.
    """
    with ExitStack() as stack:
        for place in _places():
            stack.enter_context(FileLock(place / f"app-key-{fingerprint(rest_url, app_key)}.lock", TAKEN))
        yield


def is_app_key_taken(rest_url: str, app_key: str) -> bool:
    """Whether a daemon of this user runs with `app_key` at `rest_url`."""
    try:
        with app_key_lock(rest_url, app_key):
            return False
    except Taken:
        return True


def _places() -> list[Path]:
    """All there are, because a service with a temporary directory of its own and a shell may not share each of them."""
    user = _user()
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{user}"
    home = os.environ.get("HOME", "")
    wanted = (
        Path(runtime) / "kis-actors", Path(tempfile.gettempdir()) / f"kis-actors-{user}",
        *([Path(home) / ".kis-actors"] if home else []),
    )  # fmt: skip
    return [place for place in wanted if place.parent.is_dir() and _is_ours(place)]


def _is_ours(place: Path) -> bool:
    """Makes the directory; false if it cannot be made, or if somebody else made it first."""
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        status = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and _user() in ("", str(status.st_uid)) and os.access(place, os.W_OK)


def _user() -> str:
    """The number of the user; "" on Windows, where everybody has a temporary directory of his own."""
    number = user_number()
    return "" if number is None else str(number)
