"""The calls of doctor: each waits for its turn, hides secrets that come back, and reads the server's clock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Answer, Http
from kis_actors.adapters.pacer import Pacer

HIDDEN = "***"
WORDS = ("msg1", "error_description", "message", "description")
"""Where answers hold words; whoever wrote them may have put our own key into them."""


def without(secrets: Sequence[str], text: str) -> str:
    """`text` with every one of `secrets` cut out."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


class PacedHttp(Http):
    """Calls that wait for their turn, show no secret in their words, and tell how the server's clock stands.

    ahead_s: least and most by which our clock can be ahead of the server's, of each answer with a Date.
    """

    def __init__(self, timeout_s: float, pacer: Pacer, clock: Clock, secrets: Sequence[str]) -> None:
        super().__init__(timeout_s)
        self._pacer = pacer
        self._clock = clock
        self._secrets = secrets
        self.ahead_s: list[tuple[float, float]] = []

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None, json: Mapping[str, Any] | None = None,
    ) -> Answer:  # fmt: skip
        """As Http's. Raises HttpTrouble."""
        with self._pacer:
            asked_at = self._clock.now()
            answer = super().call(method, url, headers=headers, params=params, json=json)
            self._note_date(answer, asked_at, self._clock.now())
        words = {name: without(self._secrets, str(answer.body[name])) for name in WORDS if name in answer.body}
        return answer._replace(body={**answer.body, **words})

    def _note_date(self, answer: Answer, asked_at: datetime, came_at: datetime) -> None:
        """The server read its clock between the two, and cut the fraction of a second off."""
        text = next((value for name, value in answer.headers.items() if name.lower() == "date"), "")
        try:
            said = parsedate_to_datetime(text)
            least_s = (asked_at - said).total_seconds() - 1
            self.ahead_s.append((least_s, (came_at - said).total_seconds()))
        except (TypeError, ValueError):  # no date, or one without a zone
            return
