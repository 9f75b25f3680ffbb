"""Alerts as signed JSON to any address: for an order queue, or whatever else a program does with them.

A repeat carries the same Idempotency-Key, so that the other side can act once.
"""

import hashlib
import hmac
from urllib.parse import quote

import orjson

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Http, HttpTrouble
from kis_actors.channels.outcomes import no_answer, not_taken
from kis_actors.messages import NotifyRequested
from kis_actors.ports import Outcome


class WebhookChannel:
    """One address, and the secret shared with it."""

    name = "webhook"

    def __init__(self, url: str, secret: str, http: Http, *, clock: Clock | None = None) -> None:
        self._url = url
        self._secret = secret.encode()
        self._http = http
        self._clock = clock or Clock()

    def send(self, question: NotifyRequested) -> Outcome:
        """Tries once; any 2xx means that it was taken."""
        body = self._body(question)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "Idempotency-Key": quote(f"{question.alert_id}:{question.channel}", safe=":"),
            "X-Signature": f"sha256={hmac.new(self._secret, body, hashlib.sha256).hexdigest()}",
        }
        try:
            answer = self._http.post(self._url, body, headers=headers)
        except HttpTrouble as trouble:
            return no_answer(trouble)
        return Outcome(status="sent") if 200 <= answer.status < 300 else not_taken(answer)

    def _body(self, question: NotifyRequested) -> bytes:
        """at: of this try, so that the other side can refuse an old request that somebody plays back."""
        message = {
            "id": question.alert_id, "kind": question.kind, "text": question.text, "facts": question.facts,
            "at": self._clock.now(),
        }  # fmt: skip
        return orjson.dumps(message)
