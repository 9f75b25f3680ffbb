"""A daemon in a process of its own, for what measures it from outside."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from environment import ROOT, environment

from kis_actors.portable import APART

STOP_S = 30


@contextmanager
def running(settings: Path, *chosen: str, **variables: str) -> "Iterator[subprocess.Popen[bytes]]":
    """`kis-actors run` by these settings, and what is `chosen` over them; told to stop on leaving, killed if it stays.

    What it prints is in daemon.log beside the settings. variables: of its environment, besides our own.
    """
    command = [sys.executable, "-m", "kis_actors", "run", "--config", str(settings)]
    command += [word for one in chosen for word in ("--set", one)]
    with settings.with_name("daemon.log").open("wb") as log:
        daemon = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment() | variables, **APART
        )
    try:
        yield daemon
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(STOP_S)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
