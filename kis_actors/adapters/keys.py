"""The access token and the approval key: asked for once, kept on disk (mode 0600), never issued twice in a minute."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.file_lock import FileLock, Taken
from kis_actors.adapters.http import Answer, Http, HttpTrouble
from kis_actors.credentials import Credentials
from kis_actors.kis.errors import Treatment, describe, treatment_of
from kis_actors.kis.rest import APPROVAL_PATH, TOKEN_PATH, approval_body, token_body
from kis_actors.portable import PRIVATE_READING, put, user_number
from kis_actors.units import KST

ISSUE_GAP_S = 61.0
"""KIS issues one token a minute (EGW00133), and sends the account's owner a message for each."""
VALID_S = 24 * 3600
RENEW_AHEAD_S = 600
IN_USE_S = 1.0
"""How soon to look again when another process holds the keys; it does so for one call."""
BYTES_MAX = 100_000
NO_FILE = "is not a regular file"


class Refused(Exception):
    """KIS does not give the key. is_final: asking again cannot help. answer: what it said instead."""

    def __init__(self, reason: str, treatment: Treatment, answer: Answer) -> None:
        super().__init__(reason)
        self.treatment = treatment
        self.is_final = treatment in (Treatment.fatal, Treatment.configuration, Treatment.bug)
        self.answer = answer


class Kept(msgspec.Struct, kw_only=True):
    """What is on disk. owner: a fingerprint of the account's key and address, so that no other's key is used."""

    owner: str = ""
    token: str = ""
    token_until: datetime | None = None
    token_asked_at: datetime | None = None
    approval_key: str = ""
    approval_until: datetime | None = None
    approval_refused_at: datetime | None = None


class Keys:
    """Hands out keys that are valid now; for one thread, but for several processes on one file.

    `wait` is told how long KIS may not be asked; it returns when that is over, or raises. So does `pacer` its own.
    `warn` is told of a file that is not to be trusted. Every call may also raise OSError: nothing is asked of KIS that
    could not be noted first. handed_out: the token given last, "" before the first.
    """

    def __init__(
        self, path: Path, rest_url: str, credentials: Credentials, http: Http, clock: Clock, *,
        pacer: AbstractContextManager[None], wait: Callable[[float], None],
        warn: Callable[[str], None] = lambda _: None, issue_gap_s: float = ISSUE_GAP_S,
    ) -> None:  # fmt: skip
        self._issue_gap_s = issue_gap_s
        self._path = path
        self._asked_mark = path.with_suffix(".asked")
        self._rest_url = rest_url
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._pacer = pacer
        self._wait = wait
        self._warn = warn
        self._warning = ""
        self._owner = fingerprint(rest_url, credentials.app_key)
        self.handed_out = ""

    def token(self, *, is_new: bool = False) -> str:
        """A token for REST calls; `is_new` drops the one handed out last. Raises Refused or HttpTrouble."""
        if is_new:
            self._drop(self.handed_out or self._kept().token)
        kept = self._kept()
        if not self._lasts(kept):
            kept = self._issued(kept)
        elif self._is_due(kept):
            kept = self._renewed(kept)
        self.handed_out = kept.token
        return kept.token

    def approval_key(self, *, is_new: bool = False) -> str:
        """A key for the WebSocket; `is_new` drops the one kept. Raises Refused or HttpTrouble."""
        if not is_new and (kept := self.kept_approval_key()):
            return kept
        body = approval_body(self._credentials.app_key, self._credentials.app_secret)
        with self._alone():
            self._wait_for_turn(self._kept().approval_refused_at)
            try:
                key = _given(self._asked(APPROVAL_PATH, body), "approval_key")
            except Refused as problem:
                if problem.treatment is Treatment.wait_for_token:
                    self._keep(approval_refused_at=self._clock.now())
                raise
            self._keep(approval_key=key, approval_until=self._clock.now() + timedelta(seconds=VALID_S))
        return key

    def kept_approval_key(self) -> str:
        """The approval key on disk, if it is still valid; "" if there is none. For any thread."""
        kept = self._kept()
        return kept.approval_key if self._is_valid(kept.approval_until) else ""

    def _drop(self, token: str) -> None:
        """Forgets `token`, unless another process has replaced it already."""
        with self._alone():
            if self._kept().token == token:
                self._keep(token="")

    def _lasts(self, kept: Kept) -> bool:
        return bool(kept.token) and kept.token_until is not None and kept.token_until > self._clock.now()

    def _is_due(self, kept: Kept) -> bool:
        """Whether to renew ahead of the end; once, for the old one serves until then, and KIS may return it again."""
        since_s = (self._clock.now() - kept.token_asked_at).total_seconds() if kept.token_asked_at else VALID_S
        return not self._is_valid(kept.token_until) and not 0 <= since_s < RENEW_AHEAD_S

    def _renewed(self, kept: Kept) -> Kept:
        try:
            return self._issued(kept)
        except HttpTrouble:
            return kept
        except Refused as problem:
            if problem.is_final:
                raise
            return kept

    def _issued(self, old: Kept) -> Kept:
        """Another token in place of the `old` one."""
        with self._alone():
            kept = self._kept()
            if kept.token != old.token and self._lasts(kept):
                return kept  # another process was faster
            self._wait_for_turn(kept.token_asked_at or self._marked_at())
            answer = self._ask_for_token(kept)
            return self._keep(token=_given(answer, "access_token"), token_until=_until(answer, self._clock.now()))

    def _ask_for_token(self, kept: Kept) -> Answer:
        """Notes the time before, lest this process die of the call, and after, for the call may have waited a turn."""
        body = token_body(self._credentials.app_key, self._credentials.app_secret)
        self._keep(token_asked_at=self._clock.now())
        self._asked_mark.touch()
        try:
            answer = self._asked(TOKEN_PATH, body)
        except HttpTrouble as trouble:
            self._keep(token_asked_at=self._clock.now() if trouble.was_sent else kept.token_asked_at)
            raise
        self._keep(token_asked_at=self._clock.now())
        return answer

    def _marked_at(self) -> datetime | None:
        """When a token was last asked for, though the keys are lost or not to be trusted."""
        try:
            return self._clock.shown_at(self._asked_mark.stat().st_mtime_ns)
        except OSError:
            return None

    def _wait_for_turn(self, asked_at: datetime | None) -> None:
        since_s = (self._clock.now() - asked_at).total_seconds() if asked_at else self._issue_gap_s
        if 0 <= since_s < self._issue_gap_s:
            self._wait(self._issue_gap_s - since_s)

    def _asked(self, path: str, body: dict[str, str]) -> Answer:
        with self._pacer:
            answer = self._http.call("POST", self._rest_url + path, json=body)
        treatment = treatment_of(answer.status, answer.body)
        if treatment is Treatment.ok:
            return answer
        raise Refused(describe(answer.body) if answer.body else f"HTTP {answer.status}", treatment, answer)

    def _is_valid(self, until: datetime | None) -> bool:
        return until is not None and (until - self._clock.now()).total_seconds() > RENEW_AHEAD_S

    def _kept(self) -> Kept:
        """What is on disk; nothing if it is another account's."""
        kept = self._read()
        return kept if kept.owner == self._owner else Kept(owner=self._owner)

    def _read(self) -> Kept:
        """The file, looked at open and not by name. One that others may read or have written tells only when to ask."""
        try:
            descriptor = os.open(self._path, PRIVATE_READING)
        except FileNotFoundError:
            return Kept()
        except OSError as problem:
            self._distrust(f"cannot be opened ({problem.strerror})")
            return Kept()
        with os.fdopen(descriptor, "rb") as file:
            flaw = _flaw(os.fstat(descriptor))
            content = b"" if flaw == NO_FILE else file.read(BYTES_MAX)
        try:
            kept = msgspec.json.decode(content, type=Kept)
        except msgspec.MsgspecError:
            kept = Kept()
        if not flaw:
            return kept
        self._distrust(flaw)
        return Kept(owner=kept.owner, token_asked_at=kept.token_asked_at)

    def _distrust(self, flaw: str) -> None:
        """Says so once; the file is replaced with the next key."""
        warning = f"{self._path} {flaw}; its keys are not used, and others are asked for"
        if warning != self._warning:
            self._warning = warning
            self._warn(warning)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the file against other processes, so that two never ask KIS within a minute of each other."""
        lock = FileLock(self._path.with_suffix(".lock"), "")
        while True:
            try:
                lock.__enter__()
                break
            except Taken:
                self._wait(IN_USE_S)
        try:
            yield
        finally:
            lock.__exit__(None, None, None)

    def _keep(self, **changes: object) -> Kept:
        """Changes the file, whole and on the disk before this returns. Only while `_alone`."""
        kept = msgspec.structs.replace(self._kept(), **changes)
        unfinished = self._path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        put(unfinished, self._path)
        _sync_directory(self._path.parent)
        return kept


def fingerprint(rest_url: str, app_key: str) -> str:
    """Tells app keys and addresses apart without showing them."""
    return hashlib.sha256(f"{rest_url.rstrip('/')} {app_key}".encode()).hexdigest()[:16]


def _flaw(status: os.stat_result) -> str:
    """Why an open file is not to be trusted; "" if it is."""
    if not stat.S_ISREG(status.st_mode):
        return NO_FILE
    if (user := user_number()) is None:
        return ""
    if status.st_uid != user:
        return f"belongs to another user (uid {status.st_uid})"
    mode = stat.S_IMODE(status.st_mode)
    return f"has mode {mode:04o}, expected 0600" if mode & 0o077 else ""


def _sync_directory(path: Path) -> None:
    """Makes a rename last through a power cut; Windows has no such thing."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _given(answer: Answer, name: str) -> str:
    key = answer.body.get(name)
    if not isinstance(key, str) or not key:
        raise Refused(f"an answer without {name}", Treatment.unknown, answer)
    return key


def _until(answer: Answer, now: datetime) -> datetime:
    """When the token ends: `access_token_token_expired` is KST. Without it, or if it is over by our clock, in a day."""
    text = str(answer.body.get("access_token_token_expired", ""))
    a_day_on = now + timedelta(seconds=VALID_S)
    try:
        until = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)
    except ValueError:
        return a_day_on
    return until if until > now else a_day_on
