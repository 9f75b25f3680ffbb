"""What doctor can tell without the network: the machine, the files, and what the settings ask of the account."""

import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from eventlog.library import VERSION, has_wal_reset_flaw
from kis_actors.adapters.app_key_lock import is_app_key_taken
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.lock import is_taken
from kis_actors.commands.calendar import entry_of, line_of, opens_heard
from kis_actors.commands.loading import load_settings
from kis_actors.credentials import VARIABLES, Credentials, CredentialsError, load_credentials, secrets_of
from kis_actors.kis.hosts import REST_URLS
from kis_actors.market.calendar import calendar_for
from kis_actors.market.overlay import overlaid
from kis_actors.market.sessions import next_session
from kis_actors.market.universe import Stock, UniverseError, read_universe
from kis_actors.portable import user_number
from kis_actors.settings import Settings
from kis_actors.settings_file import SettingsError, resolve
from kis_actors.units import log_day_of
from kis_actors.yaml_file import read_text

GB = 1_000_000_000
FREE_BYTES_MIN = 3 * GB
COUNTS = {"KOSPI": (95, 105), "KOSDAQ": (145, 155)}
"""KOSPI100 and KOSDAQ150, with room for what exchanges add and drop between two updates."""
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "ceph", "fuse.glusterfs")
IN_MEMORY = ("tmpfs", "ramfs")
MOUNTS = Path("/proc/mounts")


class Finding(NamedTuple):
    """What one look found. advice: what to do, "" if nothing; there is always something to do on warn and fail."""

    result: Literal["pass", "warn", "fail", "skip"]
    found: str
    advice: str = ""


class Trouble(Exception):
    """A check ends here, with this finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.found)
        self.finding = finding


class Case:
    """Where to look, and what the checks so far have learnt; one reads only what those it needs have filled in.

    secrets: every text that may not be shown. has_daemon: one runs with this data directory or this app key.
    """

    settings: Settings
    settings_path: str
    clock: Clock
    stocks: tuple[Stock, ...]
    has_daemon: bool
    credentials: Credentials

    def __init__(self, config: Path | None, data_dir: Path | None, environ: Mapping[str, str]) -> None:
        self.config = config
        self.data_dir = data_dir
        self.environ = environ
        self.secrets: list[str] = []


def passed(found: str) -> Finding:
    """All is well."""
    return Finding("pass", found)


def warned(found: str, advice: str) -> Finding:
    """It works, but not as it should."""
    return Finding("warn", found, advice)


def failed(found: str, advice: str) -> Finding:
    """The daemon cannot do its job."""
    return Finding("fail", found, advice)


def skipped(found: str, advice: str = "") -> Finding:
    """Not looked at, and why."""
    return Finding("skip", found, advice)


def machine() -> Iterator[Finding]:
    """Python and SQLite. An older Python would not have come so far."""
    note = ", one of those that could lose commits of two writers; the log has one" if has_wal_reset_flaw() else ""
    yield passed(f"Python {platform.python_version()}, SQLite {'.'.join(map(str, VERSION))}{note}")


def settings(case: Case) -> Iterator[Finding]:
    """Every problem of the settings file, or else its warnings."""
    try:
        loaded = load_settings(case.config, case.data_dir, ())
    except SettingsError as error:
        yield from _problems(error)
        return
    case.settings, case.settings_path = loaded.settings, loaded.path
    case.clock = Clock(loaded.settings.clock)
    for warning in loaded.warnings:
        yield warned(warning, f"correct it in {loaded.path}, or leave it if you mean it so")
    if not loaded.warnings:
        yield passed(f"{loaded.path}: no mistakes")


def universe(case: Case) -> Iterator[Finding]:
    """The watched codes are a universe, and as many as the two indices have."""
    path = resolve(case.settings_path, case.settings.universe.file)
    try:
        case.stocks = read_universe(path.read_text("utf-8"))
    except UniverseError as error:
        raise Trouble(failed(f"{path}: {error}", f"write {error.expected}")) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise Trouble(failed(f"{path} cannot be read: {reason}", "name a UTF-8 file in universe.file")) from None
    counts = {market: sum(stock.market == market for stock in case.stocks) for market in COUNTS}
    found = f"{path}: " + " and ".join(f"{count} {market} codes" for market, count in counts.items())
    if all(low <= counts[market] <= high for market, (low, high) in COUNTS.items()):
        yield passed(found)
    else:
        expected = " and ".join(f"{low} to {high} {market}" for market, (low, high) in COUNTS.items())
        yield warned(f"{found}; expected {expected}", "run `kis-actors universe update`, or leave it if you mean it so")


def calendar(case: Case) -> Iterator[Finding]:
    """What today is, by the configured clock."""
    now, market = case.clock.now(), case.settings.market
    today = log_day_of(now)
    path = resolve(case.settings_path, market.file)
    try:
        known = calendar_for((today.year - 1, today.year, today.year + 1), read_text(path), str(path))
    except SettingsError as error:
        yield from _problems(error)
        return
    known = overlaid(known, opens_heard(Path(case.settings.log.data_dir)) if market.ask_holidays else {})
    entry = entry_of(today, market.hours, known, after_market=market.after_market)
    session = next_session(now, market.hours, known, after_market=market.after_market)
    after = f"; next session {session.opens:%Y-%m-%d %H:%M}" if session and not entry["open"] else ""
    yield passed(" ".join(line_of(entry).split()) + after)


def data_directory(case: Case) -> Iterator[Finding]:
    """The log can be written there, stays there, and belongs to us."""
    named = Path(case.settings.log.data_dir).absolute()
    there = next(path for path in (named, *named.parents) if os.path.exists(path))
    try:
        with tempfile.TemporaryFile(dir=there):
            free_bytes = shutil.disk_usage(there).free
    except OSError as error:
        advice = "let this user write there, or set another log.data_dir"
        raise Trouble(failed(f"{there} cannot be written: {error.strerror}", advice)) from None
    kind = _file_system(there.resolve())
    problems = [*_place_problems(there, kind, free_bytes), *(_owner_problems(there) if there == named else ())]
    yield from problems
    if not problems:
        state = f"mode {stat.S_IMODE(there.stat().st_mode):04o}" if there == named else "made at the first start"
        yield passed(f"{named}: {state}, {free_bytes / GB:.1f} GB free{', ' + kind if kind else ''}")


def daemon(case: Case) -> Iterator[Finding]:
    """Whether one runs; doctor must then leave its keys alone."""
    directory = Path(case.settings.log.data_dir)
    try:
        case.has_daemon = is_taken(directory)
    except OSError as error:
        advice = f"make {directory / 'lock'} this user's own"
        raise Trouble(failed(f"{directory}/lock cannot be opened: {error.strerror}", advice)) from None
    yield passed("one is running here; its keys are used, and none is asked for" if case.has_daemon else "none running")


def credentials(case: Case) -> Iterator[Finding]:
    """Everything the settings ask for is given; which, but never what."""
    try:
        case.credentials = load_credentials(case.settings, case.environ, case.settings_path)
    except CredentialsError as error:
        found, _, advice = str(error).partition("; " if "; " in str(error) else ": ")
        raise Trouble(failed(found, advice)) from None
    case.secrets += secrets_of(case.credentials)
    yield passed("given: " + ", ".join(VARIABLES[name] for name in VARIABLES if getattr(case.credentials, name)))


def app_key(case: Case) -> Iterator[Finding]:
    """Whether a daemon with another data directory runs on this key: a second token would cost it the first."""
    kis = case.settings.kis
    if case.has_daemon:
        yield passed("held by the daemon of this data directory")
    elif is_app_key_taken((kis.rest_url or REST_URLS[kis.env]), case.credentials.app_key):
        case.has_daemon = True
        yield warned(
            "a daemon with another data directory runs on this key, so no token is asked for here",
            "run doctor with that daemon's --data-dir, or stop it first",
        )
    else:
        yield passed("no other daemon of this user has it")


def account(case: Case) -> Iterator[Finding]:
    """What KIS offers to such an account."""
    if case.settings.kis.env == "real":
        yield passed("kis.env: real, which has all services")
        return
    lacking = "no batch quote (intstock-multprice), no holidays (chk-holiday), no unified and no NXT feeds"
    most = case.settings.universe.paper_codes_max
    instead = f"so the first {most} codes of the universe are scanned, one call a second, on KRX hours"
    advice = "set kis.env: real and give a real account's keys for all of it; no order is ever placed"
    yield warned(f"kis.env: paper has {lacking}; {instead}", advice)


def _problems(error: SettingsError) -> Iterator[Finding]:
    for problem in error.problems:
        yield failed(f"{problem.path}:{problem.line}:{problem.column}: {problem.what}", problem.write)


def _place_problems(there: Path, kind: str, free_bytes: int) -> Iterator[Finding]:
    if free_bytes < FREE_BYTES_MIN:
        found = f"{there}: {free_bytes / GB:.1f} GB free, expected {FREE_BYTES_MIN / GB:g} or more"
        yield warned(found, "free some space, or set log.data_dir on another disk")
    if kind in NETWORK_FILE_SYSTEMS:
        found = f"{there} is on a network ({kind}), where SQLite's write-ahead log does not work"
        yield failed(found, "set log.data_dir on a local disk")
    if kind in IN_MEMORY:
        yield warned(f"{there} is in memory ({kind}), gone at the next boot", "set log.data_dir on a disk")


def _owner_problems(directory: Path) -> Iterator[Finding]:
    status, user = directory.stat(), user_number()
    if user is None:
        return
    if status.st_uid != user:
        found = f"{directory} belongs to another user (uid {status.st_uid})"
        yield warned(found, "run doctor as the daemon's user, or chown it to this one")
    if status.st_mode & 0o022:
        found = f"{directory} has mode {stat.S_IMODE(status.st_mode):04o}: others can replace the log and the keys"
        yield warned(found, f"run chmod 700 {directory}")


def _file_system(path: Path) -> str:
    """The kind of file system `path` is on, "" where the system does not tell."""
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    found, kind = Path(), ""
    for _, where, kind_there, *_ in map(str.split, lines):
        mounted = Path(where.replace("\\040", " "))
        if path.is_relative_to(mounted) and len(mounted.parts) >= len(found.parts):
            found, kind = mounted, kind_there
    return kind
