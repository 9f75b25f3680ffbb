"""What a service manager is told, on a real socket."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kis_actors.adapters.service_manager import STATE_CHARACTERS_MAX, ServiceManager


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(address)
        datagrams.setblocking(False)
        yield datagrams


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with listening(str(tmp_path / "notify")) as datagrams:
        yield datagrams


def heard(manager: socket.socket) -> list[str]:
    said = []
    try:
        while True:
            said.append(manager.recv(4096).decode())
    except BlockingIOError:
        return said


def test_each_word_is_a_line_of_one_datagram(manager):
    ServiceManager(manager.getsockname()).tell("READY=1", "STATUS=healthy")
    assert heard(manager) == ["READY=1\nSTATUS=healthy"]


def test_an_abstract_name_is_told_too():
    name = f"kis-actors-{secrets.token_hex(8)}"
    with listening(f"\0{name}") as manager:
        ServiceManager(f"@{name}").tell("WATCHDOG=1")
        assert heard(manager) == ["WATCHDOG=1"]


def test_a_state_is_told_when_it_changed(manager):
    service = ServiceManager(manager.getsockname())
    for state in ("healthy", "healthy", "link is down", "healthy"):
        service.tell_state(state)
    assert heard(manager) == ["STATUS=healthy", "STATUS=link is down", "STATUS=healthy"]


def test_a_state_is_one_line_of_bounded_length(manager):
    ServiceManager(manager.getsockname()).tell_state("a\nREADY=1\n" + "x" * 1000)
    (said,) = heard(manager)
    assert said.startswith("STATUS=a READY=1 xx") and len(said) == len("STATUS=") + STATE_CHARACTERS_MAX


def test_without_an_address_nobody_is_told():
    ServiceManager("").tell("READY=1")


def test_a_manager_that_is_gone_is_no_trouble(tmp_path):
    ServiceManager(str(tmp_path / "nobody")).tell("READY=1")


def test_a_manager_that_does_not_listen_holds_nobody_up(manager):
    service = ServiceManager(manager.getsockname())
    for _ in range(5000):
        service.tell("STATUS=" + "x" * 200)
    assert heard(manager)
