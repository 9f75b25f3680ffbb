"""`kis-actors demo`: the KIS simulator in a process of its own, the daemon in this one, and a console to watch them."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import click

from kis_actors.adapters.file_lock import CannotHold
from kis_actors.adapters.lock import in_use, is_taken
from kis_actors.app import App
from kis_actors.commands.console import LiveConsole, PlainConsole, summary
from kis_actors.commands.run import IN_USE, UNUSABLE, parts_of, run_app, unusable
from kis_actors.credentials import load_credentials
from kis_actors.portable import APART
from kis_actors.settings import Web
from kis_actors.settings_file import load
from kis_actors.shipped import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
START = "08:59:30"
READY_LINES = 6

SETTINGS = """\
# Written by `kis-actors demo`: a simulated KIS on loopback, and a clock that shows its day.
monitor: {{mode: A}}
kis:
  rest_url: {rest_url}
  ws_url: {ws_url}
  credentials_file: {keys}
  rate_limit_sleep_sec: 0.06
  # Time-outs count the clock's seconds, and loopback does not get faster with the clock.
  ws_ack_timeout_sec: {ack_s}
  ws_idle_timeout_sec: {idle_s}
  rest_question_sec: {question_s}
market:
  hours: krx
  file: {market}
universe:
  file: {universe}
log:
  data_dir: {directory}
web:
  port: {web_port}
clock: {{anchor: "{clock_anchor}", shows: "{clock_shows}", speed: {clock_speed}}}
"""


class Simulator(NamedTuple):
    """A running simulator: its process, and the lines it printed, as names and values."""

    process: "subprocess.Popen[str]"
    said: dict[str, str]


def run_demo(*, speed: float, seed: int, is_once: bool, data_dir: Path | None) -> int:
    """Runs until stopped or, with `is_once`, until the simulated close; the exit status."""
    directory = (data_dir or Path(tempfile.mkdtemp(prefix="kis-actors-demo-"))).resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "settings.yaml").touch()
    except OSError as error:
        click.echo(f"{directory} cannot be written: {error.strerror}; name another --data-dir", err=True)
        return UNUSABLE
    try:
        if is_taken(directory):  # whose settings and keys stay as they are
            click.echo(in_use(directory), err=True)
            return IN_USE
    except CannotHold as error:
        return unusable(error)
    with simulator(speed, seed) as simulated:
        loaded = load(write_settings(directory, simulated.said))
        click.echo(f"data directory {directory} (kept; log, settings and keys of this demo)")
        page = f"http://127.0.0.1:{loaded.settings.web.port}"
        console = LiveConsole(page) if sys.stdout.isatty() else PlainConsole()
        credentials = load_credentials(loaded.settings, {}, loaded.path)
        app = App(parts_of(loaded, credentials, is_dry_run=False, write=console.write))
        with console.showing(app.view):
            status = run_app(app, lambda: _each_second(app, console, is_once))
    click.echo(summary(app.view, directory))
    return status


def _each_second(app: App, console: LiveConsole | PlainConsole, is_once: bool) -> None:
    console.refresh()
    if not console.is_read or (is_once and app.view.closed_day and app.view.link != "open"):
        app.stop()


def write_settings(directory: Path, said: dict[str, str]) -> Path:
    """The settings and keys of this demo, so that `kis-actors run --config` can go on with it; the settings' path."""
    path, keys = directory / "settings.yaml", directory / "credentials.yaml"
    named = {
        "directory": directory, "keys": keys,
        "market": SHIPPED / "config" / "market.yaml", "universe": SHIPPED / "config" / "universe.csv",
    }  # fmt: skip
    quoted = {name: json.dumps(str(path), ensure_ascii=False) for name, path in named.items()}  # which is YAML, too
    numbers = {"web_port": _free_port(Web().port), **_time_outs(said["clock_speed"])}
    path.write_text(SETTINGS.format(**quoted, **said, **numbers), "utf-8")
    keys.unlink(missing_ok=True)
    with os.fdopen(os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"my_app: demo-{secrets.token_hex(8)}\nmy_sec: {secrets.token_hex(16)}\n")
    return path


def _time_outs(speed: str) -> dict[str, float]:
    """At least what they are in real life, and at least half a real second."""
    half_s = float(speed) / 2
    return {"ack_s": min(max(5.0, half_s), 120.0), "idle_s": max(90.0, 6 * half_s), "question_s": max(30.0, 2 * half_s)}


def _free_port(wanted: int) -> int:
    """The one that is wanted or, if somebody serves there, any that is free now."""
    for port in (wanted, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as probe:
            return int(probe.getsockname()[1])
    return 0


@contextmanager
def simulator(speed: float, seed: int, *arguments: str) -> Iterator[Simulator]:
    """A simulator on free ports, ended on leaving; it ends by itself when this process dies."""
    command = [sys.executable, "-m", "kis_actors", "simulate", "--until-stdin-closes", "--start", START]
    command += ["--speed", str(speed), "--seed", str(seed), *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        **APART,  # Ctrl-C is for the daemon, which stops before its KIS does
    ) as process:  # fmt: skip
        try:
            yield Simulator(process, _said(process))
        finally:
            process.terminate()


def _said(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    lines = [process.stdout.readline().strip() for _ in range(READY_LINES)]
    if lines[-1] != "ready":
        raise click.ClickException("the simulator did not start; run `kis-actors simulate` to see why")
    return dict(line.split("=", 1) for line in lines if "=" in line)
