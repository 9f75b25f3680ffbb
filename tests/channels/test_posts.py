"""What channels need of HTTP beyond a plain call: bytes as they are, an end from outside, no stale connection."""

from threading import Thread

import pytest
from fakes import slow

from kis_actors.adapters import http as http_module
from kis_actors.adapters.http import Http, HttpTrouble

PATH = "/bot123456:SECRET/sendMessage"


def test_a_body_is_sent_byte_for_byte(telegram):
    body = b'{ "text" : "\xea\xb0\x80" }'
    Http(5).post(telegram.url + PATH, body, headers={"content-type": "application/json"})
    assert telegram.asked[0].raw == body


def test_a_call_under_way_can_be_cut(telegram):
    telegram.faults.append(slow())
    http, troubles = Http(30), []

    def call():
        try:
            http.call("POST", telegram.url + PATH, json={"text": "told"})
        except HttpTrouble as trouble:
            troubles.append(trouble)

    thread = Thread(target=call, daemon=True)
    thread.start()
    telegram.wait_for(lambda: telegram.taken)
    http.cut()
    thread.join(5)
    assert [trouble.was_sent for trouble in troubles] == [True]


def test_after_a_cut_nothing_is_sent(telegram):
    http = Http(5)
    http.cut()
    with pytest.raises(HttpTrouble) as caught:
        http.call("POST", telegram.url + PATH, json={"text": "told"})
    assert (caught.value.was_sent, telegram.asked) == (False, [])


# A router forgets a quiet connection without a word, and what is sent into it is in doubt for nothing.
@pytest.mark.parametrize(("kept_s_max", "connections"), [(60.0, 1), (-1.0, 2)])
def test_a_connection_long_idle_is_not_used_again(telegram, monkeypatch, kept_s_max, connections):
    monkeypatch.setattr(http_module, "KEPT_S_MAX", kept_s_max)
    http = Http(5)
    for _ in range(2):
        http.call("POST", telegram.url + PATH, json={"text": "told"})
    assert len({asked.peer for asked in telegram.asked}) == connections
