"""The access token and the approval key: asked for once, kept on disk (mode 0600), never issued twice in a minute."""

import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Answer, Http
from kis_actors.credentials import Credentials
from kis_actors.kis.errors import Treatment, describe, treatment_of
from kis_actors.kis.rest import APPROVAL_PATH, TOKEN_PATH, approval_body, token_body
from kis_actors.units import KST

ISSUE_GAP_S = 61
"""KIS issues one token a minute (EGW00133), and sends the account's owner a message for each."""
VALID_S = 24 * 3600
RENEW_AHEAD_S = 600


class Refused(Exception):
    """KIS does not give the key. is_final: asking again cannot help."""

    def __init__(self, reason: str, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Kept(msgspec.Struct, kw_only=True):
    """What is on disk. owner: a fingerprint of the account's key and address, so that no other's key is used."""

    owner: str = ""
    token: str = ""
    token_until: datetime | None = None
    token_asked_at: datetime | None = None
    approval_key: str = ""
    approval_until: datetime | None = None


class Keys:
    """Hands out keys that are valid now; for one thread. `pacer` and `wait` raise when the daemon is stopping."""

    def __init__(
        self, path: Path, rest_url: str, credentials: Credentials, http: Http, clock: Clock, *,
        pacer: AbstractContextManager[None], wait: Callable[[float], None],
    ) -> None:  # fmt: skip
        self._path = path
        self._rest_url = rest_url
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._pacer = pacer
        self._wait = wait
        self._owner = hashlib.sha256(f"{rest_url} {credentials.app_key}".encode()).hexdigest()[:16]

    def token(self, *, is_new: bool = False) -> str:
        """A token for REST calls; `is_new` drops the one kept. Raises Refused or HttpTrouble."""
        kept = self._kept()
        if not is_new and kept.token and self._is_valid(kept.token_until):
            return kept.token
        return self._issue_token(kept)

    def approval_key(self, *, is_new: bool = False) -> str:
        """A key for the WebSocket; `is_new` drops the one kept. Raises Refused or HttpTrouble."""
        if not is_new and (kept := self.kept_approval_key()):
            return kept
        body = approval_body(self._credentials.app_key, self._credentials.app_secret)
        answer = self._asked(APPROVAL_PATH, body)
        key = _given(answer, "approval_key")
        self._keep(approval_key=key, approval_until=self._clock.now() + timedelta(seconds=VALID_S))
        return key

    def kept_approval_key(self) -> str:
        """The approval key on disk, if it is still valid; "" if there is none. For any thread."""
        kept = self._kept()
        return kept.approval_key if self._is_valid(kept.approval_until) else ""

    def _issue_token(self, kept: Kept) -> str:
        self._wait_for_turn(kept.token_asked_at)
        self._keep(token="", token_asked_at=self._clock.now())
        body = token_body(self._credentials.app_key, self._credentials.app_secret)
        answer = self._asked(TOKEN_PATH, body)
        token = _given(answer, "access_token")
        self._keep(token=token, token_until=_until(answer, self._clock.now()))
        return token

    def _wait_for_turn(self, asked_at: datetime | None) -> None:
        since_s = (self._clock.now() - asked_at).total_seconds() if asked_at else ISSUE_GAP_S
        if 0 <= since_s < ISSUE_GAP_S:
            self._wait(ISSUE_GAP_S - since_s)

    def _asked(self, path: str, body: dict[str, str]) -> Answer:
        with self._pacer:
            answer = self._http.call("POST", self._rest_url + path, json=body)
        treatment = treatment_of(answer.status, answer.body)
        if treatment is Treatment.ok:
            return answer
        final = (Treatment.fatal, Treatment.configuration, Treatment.bug)
        raise Refused(describe(answer.body) or f"HTTP {answer.status}", treatment in final)

    def _is_valid(self, until: datetime | None) -> bool:
        return until is not None and (until - self._clock.now()).total_seconds() > RENEW_AHEAD_S

    def _kept(self) -> Kept:
        """What is on disk; nothing if it is another account's, cannot be read, or is a link somebody laid."""
        if self._path.is_symlink() or not self._path.exists():
            return Kept(owner=self._owner)
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except msgspec.MsgspecError:
            return Kept(owner=self._owner)
        return kept if kept.owner == self._owner else Kept(owner=self._owner)

    def _keep(self, **changes: object) -> None:
        kept = msgspec.structs.replace(self._kept(), **changes)
        unfinished = self._path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(kept))
        unfinished.replace(self._path)


def _given(answer: Answer, name: str) -> str:
    key = answer.body.get(name)
    if not isinstance(key, str) or not key:
        raise Refused(f"an answer without {name}", is_final=False)
    return key


def _until(answer: Answer, now: datetime) -> datetime:
    """When the token ends: `access_token_token_expired` is KST; without it, a day from now."""
    text = str(answer.body.get("access_token_token_expired", ""))
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)
    except ValueError:
        return now + timedelta(seconds=VALID_S)
