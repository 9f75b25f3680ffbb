"""The options that commands share, and how trouble of a reading command ends."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from kis_actors.portable import give_way
from kis_actors.problems import SettingsError

STOPPED, COULD_NOT = 0, 2
SEQ_MAX = 2**63 - 1
"""What SQLite can count to."""


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options every command takes."""
    command = click.option("--data-dir", type=click.Path(path_type=Path), help="Where the log lives.")(command)
    return click.option("--config", type=click.Path(path_type=Path), help="The settings file.")(command)


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """As `answering`, for a command that works on the log beside a daemon: it gives way to that."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if trouble := give_way():
            click.echo(trouble, err=True)
        return command(*args, **kwargs)

    return answering(wrapped)


def answering(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command ends with the status it returns; trouble with the log or its arguments, with 2 and one line."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        from eventlog.codec import UnknownEvent

        try:
            with while_read():
                sys.exit(command(*args, **kwargs))
        except SettingsError as error:
            click.echo("\n".join(map(str, error.problems)), err=True)
        except (OSError, ValueError, UnknownEvent) as error:
            click.echo(said_of(error), err=True)
        except sqlite3.Error as error:
            click.echo(f"the day file cannot be read: {error}; run `kis-actors verify` to see what is whole", err=True)
        sys.exit(COULD_NOT)

    return wrapped


@contextmanager
def while_read() -> Iterator[None]:
    """Ends the process, as one that was asked to stop, when whoever read its output, `head` say, has seen enough."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is not flushed yet
        sys.exit(STOPPED)


def said_of(error: Exception) -> str:
    """The words of an error of ours; or those of the system, with the file and what to do."""
    if not isinstance(error, OSError) or error.errno is None:
        return str(error)
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror}; see that it is there and this user's own, or name another"


DAY = click.argument(
    "day", type=click.DateTime(["%Y-%m-%d"]), metavar="[DAY]", required=False,
    callback=lambda _context, _name, day: day and day.date(),
)  # fmt: skip
JSON = click.option("--json", "is_json", is_flag=True, help="One JSON object a line.")
SET = click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting for this call only.")
