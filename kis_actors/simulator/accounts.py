"""Who may use the simulator: access tokens, approval keys, and how many calls a second an app key has left.

Keys and secrets never leave this file in a message.
"""

import hashlib
import uuid
from collections import deque
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from kis_actors.adapters.clock import Clock
from kis_actors.simulator.faults import Faults
from kis_actors.simulator.session_clock import SessionClock

VALID_S = 24 * 3600
SAME_TOKEN_S = 6 * 3600
ISSUE_GAP_S = 60
RATE_WINDOW_S = 1.0
TOKEN_HEAD = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9"


class Token(Struct, frozen=True):
    """One access token. issued_s: second of the session clock."""

    text: str
    app_key: str
    issued_s: float


class TokenState(Enum):
    """What a token is worth."""

    VALID = "valid"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


class Accounts:
    """Everything KIS remembers about its clients. The same order of requests gets the same keys for the same seed."""

    def __init__(self, *, clock: SessionClock, faults: Faults, seed: int, rest_per_second: int) -> None:
        self._clock = clock
        self._faults = faults
        self._seed = seed
        self._keys_issued = 0
        self._rest_per_second = rest_per_second
        self._tokens: dict[str, Token] = {}
        self._newest: dict[str, Token] = {}
        self._answered_s: dict[str, float] = {}
        self._approvals: dict[str, tuple[str, float]] = {}
        self._calls_s: dict[str, deque[float]] = {}

    def issue_token(self, app_key: str) -> Token | None:
        """The token of `app_key`: the same one for six hours, then another. None when asked again within a minute."""
        now_s = self._clock.elapsed_s()
        if now_s - self._answered_s.get(app_key, -VALID_S) < ISSUE_GAP_S:
            return None
        self._answered_s[app_key] = now_s
        token = self._newest.get(app_key)
        if token is None or now_s - token.issued_s >= SAME_TOKEN_S or self._is_over(token, now_s):
            token = Token(f"{TOKEN_HEAD}.{self._new_key(app_key)}", app_key, now_s)
            self._tokens[token.text] = self._newest[app_key] = token
        return token

    def expiry_of(self, token: Token) -> tuple[datetime, int]:
        """When the token ends, and in how many seconds of the clock.

        A client that lives in the real day, after the simulated one, is told its own: else it would renew for ever.
        """
        expires_s = token.issued_s + VALID_S
        left_s = round(expires_s - self._clock.elapsed_s())
        return max(self._clock.instant(expires_s), Clock().now() + timedelta(seconds=left_s)), left_s

    def revoke_token(self, text: str) -> bool:
        """Forgets a token; false if there was none."""
        token = self._tokens.pop(text, None)
        if token and self._newest.get(token.app_key) == token:
            del self._newest[token.app_key]
        return token is not None

    def state_of(self, text: str, app_key: str) -> TokenState:
        """Whether `text` is a token of `app_key` that still holds."""
        token = self._tokens.get(text)
        if token is None or token.app_key != app_key:
            return TokenState.UNKNOWN
        return TokenState.EXPIRED if self._is_over(token, self._clock.elapsed_s()) else TokenState.VALID

    def issue_approval(self, app_key: str) -> str:
        """A new WebSocket approval key; the earlier ones hold until their own day is over."""
        approval = str(uuid.UUID(self._new_key(app_key)[:32], version=4))
        self._approvals[approval] = (app_key, self._clock.elapsed_s())
        return approval

    def app_key_of(self, approval: str) -> str | None:
        """The app key that got this approval key; None when it is unknown or a day old."""
        app_key, issued_s = self._approvals.get(approval, (None, 0.0))
        return app_key if self._clock.elapsed_s() - issued_s < VALID_S else None

    def may_call(self, app_key: str) -> bool:
        """Counts one REST call; false when the second behind it is full. Refused calls do not count."""
        now_s = self._clock.elapsed_s()
        calls_s = self._calls_s.setdefault(app_key, deque())
        while calls_s and now_s - calls_s[0] >= RATE_WINDOW_S:
            calls_s.popleft()
        if len(calls_s) >= self._rest_per_second:
            return False
        calls_s.append(now_s)
        return True

    def _is_over(self, token: Token, now_s: float) -> bool:
        return now_s - token.issued_s >= VALID_S or self._faults.struck("token_expire", token.issued_s, now_s)

    def _new_key(self, app_key: str) -> str:
        self._keys_issued += 1
        return hashlib.sha256(f"{self._seed}/{app_key}/{self._keys_issued}".encode()).hexdigest()
