"""A program on a terminal of its own, as a person at the keyboard sees it; for POSIX."""

import fcntl
import os
import select
import signal
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

WAIT_S = 30.0


class Terminal:
    """Runs a command; `screen` is all it showed, what was typed included where it was echoed."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._keyboard, screen = os.openpty()
        self.screen = ""
        self._read_up_to = 0
        self._process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=screen, stdout=screen, stderr=screen, start_new_session=True,
            preexec_fn=_as_logged_in,
        )  # fmt: skip
        os.close(screen)

    def expect(self, text: str) -> None:
        """Waits until `text` comes after what was expected before."""
        deadline = time.monotonic() + WAIT_S
        while (found := self.screen.find(text, self._read_up_to)) < 0:
            assert time.monotonic() < deadline, f"{text!r} did not come; on the screen:\n{self.screen}"
            assert self._reads(), f"ended without {text!r}; on the screen:\n{self.screen}"
        self._read_up_to = found + len(text)

    def type(self, text: str) -> None:
        """`text` and Enter."""
        os.write(self._keyboard, f"{text}\n".encode())

    def press_ctrl_c(self, until: str) -> None:
        """As often as it takes: Python may miss one that comes just before it begins to wait for a line."""
        for _ in range(int(WAIT_S)):
            os.write(self._keyboard, b"\x03")
            while until not in self.screen and select.select([self._keyboard], [], [], 1.0)[0] and self._reads():
                pass
            if until in self.screen:
                return
        raise AssertionError(f"Ctrl-C was not taken; on the screen:\n{self.screen}")

    def end(self) -> int:
        """Waits for the end; the exit status."""
        while self._reads():
            pass
        os.close(self._keyboard)
        return self._process.wait(WAIT_S)

    def _reads(self) -> bool:
        if not select.select([self._keyboard], [], [], WAIT_S)[0]:
            raise AssertionError(f"nothing more came; on the screen:\n{self.screen}")
        try:
            came = os.read(self._keyboard, 65536)
        except OSError:  # the other side is closed
            return False
        self.screen += came.decode(errors="replace").replace("\r\n", "\n")
        return bool(came)


def _as_logged_in() -> None:
    """In the child: the terminal is its own, and Ctrl-C is heard, which a shell takes from all it runs with `&`."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
