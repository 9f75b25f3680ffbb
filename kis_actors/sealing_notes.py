"""What was done to days that are over, kept until it is in the log: who does it is not the one who writes that.

The notes are a line each, and durable before anything is removed.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kis_actors.messages import Event
from kis_actors.recovery import CODEC


def note(data_dir: Path, event: Event) -> None:
    """Adds `event`. Raises OSError."""
    name, version, payload = CODEC.encode(event)
    with _path(data_dir).open("ab") as file:
        file.write(b"\n%s %d %s\n" % (name.encode(), version, payload))
        file.flush()
        os.fsync(file.fileno())


def noted(data_dir: Path) -> Iterator[Event]:
    """What is not in the log yet, in order. Raises OSError."""
    path = _path(data_dir)
    for line in path.read_bytes().splitlines() if path.exists() else ():
        with suppress(ValueError):  # cut short by a death, and so before what it is about
            name, version, payload = line.split(b" ", 2)
            yield CODEC.decode(name.decode(), int(version), payload)


def forget(data_dir: Path) -> None:
    """All of it is in the log."""
    _path(data_dir).unlink(missing_ok=True)


def _path(data_dir: Path) -> Path:
    return data_dir / "sealing.notes"
