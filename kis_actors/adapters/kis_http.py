"""Calls to KIS whose answers show no secret: a refusal may say back what it was sent."""

from collections.abc import Callable, Mapping
from typing import Any

from kis_actors.adapters.counts import RestCounts
from kis_actors.adapters.http import Answer, Http, HttpTrouble

WORDS = ("msg1", "error_description", "message")
"""Where the answers of KIS hold words."""


class KisHttp(Http):
    """As Http, but secrets are cut out of the words of each answer; whole, before anybody shortens the words.

    Counts its calls, and those without an answer, in `counts`.
    """

    def __init__(self, timeout_s: float, redact: Callable[[str], str], counts: RestCounts) -> None:
        super().__init__(timeout_s)
        self._redact = redact
        self._counts = counts

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None, json: Mapping[str, Any] | None = None,
    ) -> Answer:  # fmt: skip
        """As Http's. Raises HttpTrouble."""
        self._counts.calls += 1
        try:
            answer = super().call(method, url, headers=headers, params=params, json=json)
        except HttpTrouble as trouble:
            self._counts.troubles[trouble.kind] += 1
            raise
        token = (headers or {}).get("authorization", "").removeprefix("Bearer ")
        words = {name: self._without(token, str(answer.body[name])) for name in WORDS if name in answer.body}
        return answer._replace(body=answer.body | words)

    def _without(self, token: str, text: str) -> str:
        return self._redact(text.replace(token, "***") if token else text)
