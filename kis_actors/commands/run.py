"""`kis-actors run`: from files and the environment to a running App, and from signals to its end."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import click

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.file_lock import CannotHold, Taken
from kis_actors.adapters.masters import UniverseSource
from kis_actors.adapters.service_manager import ServiceManager
from kis_actors.adapters.universes import KnownUniverse
from kis_actors.app import App
from kis_actors.commands.lines import Lines
from kis_actors.commands.loading import load_settings
from kis_actors.commands.output import Format, errors_through, output_for
from kis_actors.credentials import Credentials, load_credentials, redactor
from kis_actors.market.calendar import calendar_for
from kis_actors.market.sessions import Calendar
from kis_actors.market.universe import Stock, UniverseError, read_universe
from kis_actors.portable import RELOADING, STOPPING
from kis_actors.reload import Reread
from kis_actors.settings_file import Loaded, Problem, SettingsError, named_in, resolve
from kis_actors.system import Parts

IN_USE = 75
UNUSABLE = 78
INTERRUPTED = 130


def run_daemon(
    config: Path | None, data_dir: Path | None, overrides: Sequence[str], *, is_dry_run: bool, log_format: Format
) -> int:  # fmt: skip
    """Runs until stopped; the exit status. Raises SettingsError or CredentialsError before anything is opened."""
    os.umask(0o077)  # the log is nobody else's business
    loaded = load_settings(config, data_dir, overrides)
    credentials = load_credentials(loaded.settings, os.environ, loaded.path)
    redact = redactor(credentials)
    output, errors = (output_for(log_format, redact, stream) for stream in (sys.stdout, sys.stderr))
    for warning in loaded.warnings:
        errors.write(f"warning: {warning}")
    parts = parts_of(loaded, credentials, is_dry_run=is_dry_run, write=output.write)
    app = App(parts._replace(manager=ServiceManager(os.environ.get("NOTIFY_SOCKET", ""))))
    lines = Lines(app.view, output.say)
    with errors_through(errors):
        return run_app(app, lines.say_news, lambda: load_settings(config, data_dir, overrides).settings)


def run_app(app: App, on_second: Callable[[], None], reread: Reread | None = None) -> int:
    """Runs `app` under SIGTERM and SIGINT: the first stops it cleanly, a second at once. SIGHUP or /reload: reread."""

    def stop(number: int, frame: FrameType | None) -> None:
        app.stop()
        signal.signal(number, lambda *_: os._exit(INTERRUPTED))

    def each_second() -> None:
        if app.reload_wanted.is_set() and reread:
            app.reload(reread)
        on_second()

    before = {number: signal.signal(number, stop) for number in STOPPING}
    before |= {number: signal.signal(number, lambda *_: app.reload_wanted.set()) for number in RELOADING}
    try:
        return app.run(each_second)
    except Taken as error:
        click.echo(str(error), err=True)
        return IN_USE
    except CannotHold as error:
        return unusable(error)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def unusable(error: CannotHold) -> int:
    """Says that the lock, or its folder, cannot be had, and what to do; the exit status."""
    what = f"{error.filename} cannot be used: {error.strerror}"
    click.echo(f"{what}; make the data directory this user's own, or name another --data-dir", err=True)
    return UNUSABLE


def check_all(config: Path | None, data_dir: Path | None) -> Loaded:
    """The settings, when they and the files they name are sound. Raises SettingsError with every problem of all."""
    problems: tuple[Problem, ...] = ()
    try:
        loaded = load_settings(config, data_dir, ())
    except SettingsError as error:
        problems, loaded = error.problems, named_in(config)
    try:
        named_files(loaded, Clock(loaded.settings.clock).now().year)
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise SettingsError(problems)
    return loaded


def parts_of(loaded: Loaded, credentials: Credentials, *, is_dry_run: bool, write: Callable[[str], None]) -> Parts:
    """Everything a run is made from. Raises SettingsError for a universe or market file that cannot be used."""
    settings = loaded.settings
    clock = Clock(settings.clock)
    stocks, calendar = named_files(loaded, clock.now().year)
    return Parts(
        settings=settings, credentials=credentials, calendar=calendar, universe=_universe(loaded, stocks, write),
        data_dir=Path(settings.log.data_dir), clock=clock, is_dry_run=is_dry_run, write=write,
    )  # fmt: skip


def _universe(loaded: Loaded, stocks: tuple[Stock, ...], write: Callable[[str], None]) -> KnownUniverse:
    """What is watched, cut to what paper can scan. A run against a simulator never fetches KIS's own files."""
    settings = loaded.settings
    path = resolve(loaded.path, settings.universe.file)
    is_paper, most = settings.kis.env == "paper", settings.universe.paper_codes_max
    if is_paper and len(stocks) > most:
        lacks = "paper: no batch quotes, no chk-holiday, no unified or NXT feeds, one call a second"
        write(f"{lacks}: watching the first {most} of {len(stocks)} codes on KRX hours")
    source = UniverseSource(path, settings.universe, is_allowed_out=settings.kis.rest_url is None)
    return KnownUniverse(source, stocks, str(path), count_max=most if is_paper else None)


def named_files(loaded: Loaded, year: int) -> tuple[tuple[Stock, ...], Calendar]:
    """The watched stocks and the calendar around `year`. Raises SettingsError with the problems of both files."""
    problems: list[Problem] = []
    stocks: tuple[Stock, ...] = ()
    calendar = Calendar()
    try:
        stocks = _stocks(resolve(loaded.path, loaded.settings.universe.file))
    except SettingsError as error:
        problems += error.problems
    try:
        path = resolve(loaded.path, loaded.settings.market.file)
        calendar = calendar_for((year - 1, year, year + 1), _text(path), str(path))
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise SettingsError(tuple(problems))
    return stocks, calendar


def _stocks(path: Path) -> tuple[Stock, ...]:
    try:
        return read_universe(_text(path))
    except UniverseError as error:
        raise SettingsError(tuple(_problem(path, one) for one in (error, *error.others))) from None


def _problem(path: Path, error: UniverseError) -> Problem:
    what = f"expected {error.expected}, found {error.came}"
    return Problem(str(path), error.line, 1, what, f"write {error.expected}")


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else str(error)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = f"cannot be read: {_reason(error)}"
        raise SettingsError((Problem(str(path), 1, 1, what, "name an existing UTF-8 file in the settings"),)) from None
