"""Tells the service manager that started this process how it goes: systemd's notify protocol, a datagram each."""

import socket
from contextlib import suppress

STATE_CHARACTERS_MAX = 300


class ServiceManager:
    """address: what the environment has in NOTIFY_SOCKET; "" where nobody listens, and then nothing is told.

    A manager that does not take a word, for it starts again itself say, is no reason to stop.
    """

    def __init__(self, address: str) -> None:
        # "@" stands for the zero byte of Linux's abstract names, which need no file.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._state = ""

    def tell(self, *words: str) -> None:
        """READY=1, WATCHDOG=1, STOPPING=1 or STATUS=..., each a line."""
        if self._address:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
                datagrams.setblocking(False)
                datagrams.sendto("\n".join(words).encode(), self._address)

    def tell_state(self, state: str) -> None:
        """One line for a person, as `systemctl status` shows it; told when it changed."""
        if state != self._state:
            self._state = state
            self.tell(f"STATUS={' '.join(state.split())[:STATE_CHARACTERS_MAX]}")
