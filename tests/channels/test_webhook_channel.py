"""Alerts as signed JSON: what is sent, and what became of it."""

import hashlib
import hmac

import pytest
from facts import at
from hand_clock import HandClock
from questions import ODD, ask

from kis_actors.adapters.http import Http
from kis_actors.channels.webhook import WebhookChannel
from kis_actors.ports import Outcome

SECRET = "between you and me"


def channel(url, timeout_s=5):
    return WebhookChannel(f"{url}/hook?key=SECRET", SECRET, Http(timeout_s), clock=HandClock(at("09:31:07")))


def test_a_message_says_what_a_machine_wants_to_know(loopback):
    loopback.will_answer(200, {})
    channel(loopback.url).send(ask(ODD, channel="webhook", facts={"code": "005930", "price_won": "71900"}))
    assert loopback.requests[0].body == {
        "id": "a-1", "kind": "signal", "text": ODD, "facts": {"code": "005930", "price_won": "71900"},
        "at": "2026-11-20T09:31:07+09:00",
    }  # fmt: skip


def test_the_signature_is_of_the_bytes_sent(telegram):
    channel(telegram.url).send(ask("삼성전자", channel="webhook"))
    (asked,) = telegram.asked
    signature = hmac.new(SECRET.encode(), asked.raw, hashlib.sha256).hexdigest()
    assert (asked.headers["x-signature"], asked.fields["text"]) == (f"sha256={signature}", "삼성전자")


def test_a_repeat_has_the_same_key(loopback):
    loopback.will_answer(500, b"")
    told = channel(loopback.url)
    for attempt in (1, 2):
        told.send(ask(channel="webhook", attempt=attempt))
    assert [request.headers["Idempotency-Key"] for request in loopback.requests] == ["a-1:webhook"] * 2


def test_a_key_is_plain_ascii(loopback):
    loopback.will_answer(200, {})
    channel(loopback.url).send(ask(channel="webhook", alert_id="이격도 1\n"))
    assert loopback.requests[0].headers["Idempotency-Key"] == "%EC%9D%B4%EA%B2%A9%EB%8F%84%201%0A:webhook"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_message_taken_is_sent(loopback, status):
    loopback.will_answer(status, b"")
    assert channel(loopback.url).send(ask()) == Outcome("sent")


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410])
def test_a_refusal_is_certain_and_final(loopback, status):
    loopback.will_answer(status, b"SECRET")
    assert channel(loopback.url).send(ask()) == Outcome("failed", "", f"HTTP {status}")


def test_too_many_is_a_certain_failure_until_later(loopback):
    loopback.will_answer(429, b"", **{"Retry-After": "12"})
    assert channel(loopback.url).send(ask()) == Outcome("failed", "", "HTTP 429", 12.0, pause_s=12.0)


@pytest.mark.parametrize("status", [500, 502])
def test_an_error_of_the_server_is_unknown(loopback, status):
    loopback.will_answer(status, b"")
    assert channel(loopback.url).send(ask()).status == "unknown"


def test_silence_is_unknown(loopback):
    loopback.will_keep_silent()
    assert channel(loopback.url, timeout_s=0.05).send(ask()).status == "unknown"


def test_without_a_connection_it_may_be_tried_again(dead_url):
    outcome = channel(dead_url).send(ask())
    assert (outcome.status, outcome.retry_after_s, "SECRET" in repr(outcome)) == ("failed", 5.0, False)
