"""Alerts by a Discord webhook: what is sent, and what became of it."""

import pytest

from kis_actors.adapters.http import Http
from kis_actors.channels.discord import DiscordChannel, escaped
from kis_actors.ports import Outcome

PATH = "/api/webhooks/1/SECRET"


def channel(url: str, timeout_s: float = 5) -> DiscordChannel:
    return DiscordChannel(url + PATH, Http(timeout_s))


def test_a_message_waits_for_discord_s_word(loopback):
    loopback.will_answer(200, {"id": "77"})
    channel(loopback.url).send("told")
    assert loopback.requests[0].path == f"{PATH}?wait=true"


def test_nobody_is_mentioned(loopback):
    loopback.will_answer(200, {"id": "77"})
    channel(loopback.url).send("@everyone")
    assert loopback.requests[0].body["allowed_mentions"] == {"parse": []}


def test_names_are_not_read_as_markup(loopback):
    loopback.will_answer(200, {"id": "77"})
    channel(loopback.url).send("F&F A_B*[x]")
    assert loopback.requests[0].body["content"] == "F&F A\\_B\\*\\[x\\]"


def test_an_address_stays_a_link():
    assert escaped("see https://x.y/a_b?c=1 now_") == "see https://x.y/a_b?c=1 now\\_"


def test_lines_stay_lines():
    assert escaped("[a]\n\nb") == "\\[a\\]\n\nb"


def test_a_long_message_is_cut(loopback):
    loopback.will_answer(200, {"id": "77"})
    channel(loopback.url).send("x" * 3000)
    assert len(loopback.requests[0].body["content"]) == 2000


@pytest.mark.parametrize(("status", "body", "message_id"), [(200, {"id": "77"}, "77"), (204, b"", "")])
def test_a_message_taken_is_sent(loopback, status, body, message_id):
    loopback.will_answer(status, body)
    assert channel(loopback.url).send("told") == Outcome(status="sent", message_id=message_id)


@pytest.mark.parametrize("status", [400, 401, 404, 429])
def test_a_refusal_is_a_certain_failure(loopback, status):
    loopback.will_answer(status, {"message": "Unknown Webhook", "code": 10015})
    assert channel(loopback.url).send("told") == Outcome(status="failed", reason=f"HTTP {status} Unknown Webhook")


@pytest.mark.parametrize("status", [500, 503])
def test_an_error_of_the_server_is_unknown(loopback, status):
    loopback.will_answer(status, b"")
    assert channel(loopback.url).send("told") == Outcome(status="unknown", reason=f"HTTP {status}")


def test_silence_is_unknown(loopback):
    loopback.will_keep_silent()
    assert channel(loopback.url, timeout_s=0.05).send("told").status == "unknown"


def test_a_refused_connection_is_a_certain_failure(dead_url):
    assert channel(dead_url).send("told").status == "failed"


def test_no_outcome_tells_the_address(loopback):
    loopback.will_hang_up()
    assert "SECRET" not in repr(channel(loopback.url).send("told"))
