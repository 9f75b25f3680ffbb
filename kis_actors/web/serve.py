"""Serves the page until it is told to end: by a signal, or with the process that began it."""

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import uvicorn

from kis_actors.adapters.clock import Clock
from kis_actors.portable import on_stopping
from kis_actors.settings import Settings
from kis_actors.web.guard import Bound, Guard
from kis_actors.web.live import Live
from kis_actors.web.pages import Pages

CONNECTIONS_MAX = 128


class PortTaken(OSError):
    """Somebody else serves there; says what to write."""


async def serve(settings: Settings, place: Bound, say: Callable[[str], None], *, with_stdin: bool = False) -> None:
    """Serves the log in `settings.log.data_dir`; `say` gets the address. with_stdin: ends with standard input.

    Raises PortTaken.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    on_stopping(lambda: _call(loop, ended.set))
    if with_stdin:
        _end_with_stdin(loop, ended)
    with _listener(place.host, settings.web.port) as listener:
        data_dir, clock = Path(settings.log.data_dir), Clock(settings.clock)
        live = Live(data_dir, clock)
        pages = Pages(data_dir, live)
        live.told = lambda: _tell(pages, loop)
        live.died = lambda: _call(loop, ended.set)
        server = _Server(uvicorn.Config(
            Guard(pages.app, place), log_config=None, access_log=False, log_level="error", lifespan="off",
            server_header=False, ws="none", limit_concurrency=CONNECTIONS_MAX, timeout_graceful_shutdown=1,
        ))  # fmt: skip
        say(address_of(place.host, listener.getsockname()[1]))
        live.start()
        serving = asyncio.create_task(server.serve([listener]))
        await asyncio.wait([serving, asyncio.create_task(ended.wait())], return_when=asyncio.FIRST_COMPLETED)
        pages.stop()
        await pages.renew()
        server.should_exit = True
        await serving
        live.stop()


def address_of(host: str, port: int) -> str:
    """What to type into a browser."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _tell(pages: Pages, loop: asyncio.AbstractEventLoop) -> None:
    pages.draw()
    if not pages.is_ending:
        _call(loop, lambda: loop.create_task(pages.renew()))


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[], object]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop may have ended by itself
        loop.call_soon_threadsafe(what)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        what = error.strerror or str(error)
        raise PortTaken(f"{host}:{port} cannot be opened ({what}); write another web.port") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _end_with_stdin(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    def wait() -> None:
        with contextlib.suppress(OSError):  # os.read and no Python file: see simulator/serve.py
            while os.read(0, 4096):
                pass
        _call(loop, ended.set)

    threading.Thread(target=wait, name="stdin", daemon=True).start()
