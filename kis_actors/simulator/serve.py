"""Starts the simulator: builds the market, opens both ports, says where they are, and ends when told to."""

import asyncio
import contextlib
import datetime
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import click
import uvicorn
from msgspec import Struct

from kis_actors.adapters.clock import Clock
from kis_actors.portable import on_stopping
from kis_actors.settings import Clock as ClockSettings
from kis_actors.shipped import SHIPPED
from kis_actors.simulator.accounts import Accounts
from kis_actors.simulator.calendar import latest_session
from kis_actors.simulator.faults import Faults
from kis_actors.simulator.market import Market
from kis_actors.simulator.rest import RestServer
from kis_actors.simulator.rest_wire import failing_protocol
from kis_actors.simulator.scenario import Scenario, ScenarioUnusable, check_codes, read_scenario, without_unlisted
from kis_actors.simulator.session_clock import SessionClock, second_of_day
from kis_actors.simulator.universe import UniverseUnusable, read_universe
from kis_actors.simulator.ws import WsServer
from kis_actors.units import KST

HOST = "127.0.0.1"
CONFIG = SHIPPED / "config"
REST_PER_SECOND = {False: 18, True: 1}
"""Of an app key, by whether it is for paper trading."""


class Options(Struct, frozen=True, kw_only=True):
    """One run of the simulator.

    rest_port, ws_port: 0 is any free one.
    date: of the session; without one, the latest session up to today, or up to the day the given clock shows.
    start: what the clock shows at first, HH:MM or HH:MM:SS.
    scenario: a file; without one, the project's own.
    rest_per_second: calls an app key may make in a second of the clock; without it 18, or 1 on paper.
    is_paper: serve what KIS serves for play accounts, which is less.
    clock: exactly this clock; start and speed do not count then.
    until_stdin_closes: end at the end of standard input, so that no simulator outlives its parent.
    """

    rest_port: int = 0
    ws_port: int = 0
    seed: int = 1
    speed: float = 1.0
    date: datetime.date | None = None
    start: str = "08:59:50"
    scenario: Path | None = None
    rest_per_second: int | None = None
    is_paper: bool = False
    universe: Path = CONFIG / "universe.csv"
    clock: ClockSettings | None = None
    until_stdin_closes: bool = False


def serve(options: Options) -> None:
    """Serves until SIGTERM, SIGINT or, if so wished, the end of standard input.

    Raises `ScenarioUnusable` or `UniverseUnusable` before anything is opened, and OSError when a port is taken.
    """
    asyncio.run(run(options, ended=asyncio.Event(), say=_print))


async def run(options: Options, *, ended: asyncio.Event, say: Callable[[str], None]) -> None:
    """Serves until `ended` is set; `say` gets the lines that tell where."""
    stocks = read_universe(options.universe)
    scenario = _scenario(options.scenario, [stock.code for stock in stocks])
    day = _day(options)
    market = Market(stocks=stocks, seed=options.seed, day=day, scenario=scenario)
    market.advance(SessionClock(Clock(_clock_settings(options, day)), day).second())
    # Read again: a clock that starts with the simulator starts only now that the trades so far are made.
    settings = _clock_settings(options, day)
    clock = SessionClock(Clock(settings), day)
    faults = Faults(scenario.faults)
    rest_per_second = options.rest_per_second or REST_PER_SECOND[options.is_paper]
    accounts = Accounts(clock=clock, faults=faults, seed=options.seed, rest_per_second=rest_per_second)
    rest = RestServer(market=market, clock=clock, accounts=accounts, faults=faults, is_paper=options.is_paper)
    ws = WsServer(market=market, clock=clock, accounts=accounts, faults=faults, is_paper=options.is_paper)
    protocol = failing_protocol(faults, clock)
    with _listener(options.rest_port) as rest_listener, _listener(options.ws_port) as ws_listener:
        _end_on_signals(ended)
        if options.until_stdin_closes:
            _end_with_stdin(ended)
        async with _rest_served(rest, protocol, rest_listener), await ws.start(ws_listener):
            _announce(say, rest_listener, ws_listener, settings)
            await _first_of(ended.wait(), ws.stream())


def _scenario(path: Path | None, codes: list[str]) -> Scenario:
    """A scenario that was asked for must fit the universe; the project's own gives way to it."""
    scenario = read_scenario(path or CONFIG / "scenario.yaml")
    if path is None:
        return without_unlisted(scenario, codes)
    check_codes(scenario, codes, str(path))
    return scenario


def _day(options: Options) -> datetime.date:
    today = Clock(options.clock or ClockSettings()).now().date()
    return options.date or latest_session(today)


def _clock_settings(options: Options, day: datetime.date) -> ClockSettings:
    if options.clock is not None:
        return options.clock
    midnight = datetime.datetime.combine(day, datetime.time(), KST)
    shows = midnight + datetime.timedelta(seconds=second_of_day(options.start))
    return ClockSettings(anchor=Clock().now(), shows=shows, speed=options.speed)


def _listener(port: int) -> socket.socket:
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        what = f"port {port} of {HOST} cannot be had: {os.strerror(error.errno or 0)}"
        raise OSError(f"{what}; name another, or 0 for any free one") from None
    # asyncio does this only for sockets made with an explicit protocol; without it, answers wait 40 ms for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _RestRunner(uvicorn.Server):
    """uvicorn without its signal handlers: the simulator ends on its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


@contextlib.asynccontextmanager
async def _rest_served(
    rest: RestServer, protocol: type[asyncio.Protocol], listener: socket.socket
) -> AsyncIterator[None]:
    """Serves while the context lasts. No access log: request lines and headers are nobody's business."""
    config = uvicorn.Config(
        rest.app,
        http=protocol,
        log_config=None,
        access_log=False,
        log_level="error",
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = _RestRunner(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _first_of(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Until the first of them ends; the others are cancelled, and what the first one raised is raised."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in done:
        task.result()


def _end_on_signals(ended: asyncio.Event) -> None:
    """Only the main thread may listen to signals; elsewhere the caller sets `ended` himself."""
    if threading.current_thread() is threading.main_thread():
        loop = asyncio.get_running_loop()
        on_stopping(lambda: _end_soon(loop, ended))


def _end_soon(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # The loop may have ended by itself.
        loop.call_soon_threadsafe(ended.set)


def _end_with_stdin(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # os.read and no Python file: a thread stuck in sys.stdin would keep the interpreter from exiting.
        with contextlib.suppress(OSError):  # Standard input that was never open has ended, too.
            while os.read(0, 4096):
                pass
        _end_soon(loop, ended)

    threading.Thread(target=wait, name="stdin", daemon=True).start()


def _announce(say: Callable[[str], None], rest: socket.socket, ws: socket.socket, settings: ClockSettings) -> None:
    now = Clock().now()
    say(f"rest_url=http://{HOST}:{rest.getsockname()[1]}")
    say(f"ws_url=ws://{HOST}:{ws.getsockname()[1]}")
    say(f"clock_anchor={(settings.anchor or now).isoformat()}")
    say(f"clock_shows={(settings.shows or now).astimezone(KST).isoformat()}")
    say(f"clock_speed={settings.speed:g}")
    say("ready")


def _print(line: str) -> None:
    print(line, flush=True)


@click.command()
@click.option("--rest-port", default=0, show_default="any free one")
@click.option("--ws-port", default=0, show_default="any free one")
@click.option("--seed", default=1, show_default=True)
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(min=0, min_open=True))
@click.option("--scenario", type=click.Path(path_type=Path))
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--start", default="08:59:50", show_default=True, type=click.DateTime(["%H:%M:%S", "%H:%M"]))
@click.option("--rest-per-second", type=click.IntRange(min=1), show_default="18, on paper 1")
@click.option("--paper", "is_paper", is_flag=True)
@click.option("--until-stdin-closes", is_flag=True)
def main(date: datetime.datetime | None, start: datetime.datetime, **options: Any) -> None:
    """A fake KIS on loopback."""
    try:
        serve(Options(date=date.date() if date else None, start=f"{start:%H:%M:%S}", **options))
    except (ScenarioUnusable, UniverseUnusable, OSError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
