"""`kis-actors status`: how the running daemon is, from what it writes once a second; once, or going on."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from kis_actors.commands.loading import load_settings
from kis_actors.commands.reading import json_of
from kis_actors.printable import plain
from kis_actors.status import problems, running_status
from kis_actors.vitals import real_now

HEALTHY, DEGRADED, NOT_RUNNING = 0, 1, 2
LOOK_S = 0.5


def show_status(config: Path | None, data_dir: Path | None, *, is_json: bool) -> int:
    """Prints the running daemon's health; 0 healthy, 1 degraded, 2 not running."""
    directory = directory_of(config, data_dir)
    status = status_now(directory)
    if status is None:
        click.echo(no_daemon_on(directory), err=True)
        return NOT_RUNNING
    click.echo(json_of(status) if is_json else plain(status_text(status)))
    return HEALTHY if status["healthy"] else DEGRADED


def watch_status(config: Path | None, data_dir: Path | None, *, is_json: bool) -> int:
    """Shows it until the person has seen enough: q, or Ctrl-C; the exit status is of what was shown last."""
    directory = directory_of(config, data_dir)
    if is_json or not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return _print_changes(directory, is_json=is_json)
    from kis_actors.commands.status_page import watch_page

    return watch_page(lambda: status_now(directory), no_daemon_on(directory))


def exit_status_of(status: dict[str, Any] | None) -> int:
    """What a command that showed `status` last ends with."""
    if status is None:
        return NOT_RUNNING
    return HEALTHY if status["healthy"] else DEGRADED


def status_now(data_dir: Path) -> dict[str, Any] | None:
    """As the daemon wrote it, its silence counted among the reasons; None if no daemon runs. Raises ValueError."""
    status = running_status(data_dir)
    if status is None:
        return None
    reasons = problems(status, real_now())
    return status | {"healthy": not reasons, "reasons": reasons}


def directory_of(config: Path | None, data_dir: Path | None) -> Path:
    """Where the daemon of these settings writes. Raises SettingsError."""
    return Path(load_settings(config, data_dir, ()).settings.log.data_dir)


def no_daemon_on(data_dir: Path) -> str:
    """For people."""
    return f"no daemon is running on {data_dir}; start one with `kis-actors run`, or name its --data-dir"


def status_text(status: dict[str, Any]) -> str:
    """Three lines for people."""
    live = sum(one["state"] == "live" for one in status["subscriptions"])
    head = "healthy" if status["healthy"] else "degraded: " + "; ".join(status["reasons"])
    return "\n".join([
        head,
        f"session {status['session'] or 'closed'}, link {status['link']}, {live} codes live, {status['alerts']} alerts",
        f"last scan {status['last_scan_at']}, last frame {status['last_frame_at']}, log seq {status['log_seq']}",
    ])  # fmt: skip


def _print_changes(data_dir: Path, *, is_json: bool) -> int:
    """Each status as one JSON line, or its first line for people whenever that is another."""
    last = None
    try:
        for last in _changes(data_dir, is_json=is_json):
            if last is None:
                click.echo(no_daemon_on(data_dir), err=True)
            else:
                click.echo(json_of(last) if is_json else _news(last))
    except KeyboardInterrupt:
        pass
    return exit_status_of(last)


def _changes(data_dir: Path, *, is_json: bool) -> Iterator[dict[str, Any] | None]:
    shown: object = ""
    while True:
        status = status_now(data_dir)
        seen = status and (status["written_at"] if is_json else status["reasons"])
        if seen != shown:
            shown = seen
            yield status
        time.sleep(LOOK_S)  # the file tells nobody that it is new


def _news(status: dict[str, Any]) -> str:
    return plain(f"{status['at'][11:19]} {status_text(status).splitlines()[0]}")
