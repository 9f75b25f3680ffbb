"""One HTTP call: every answer is an answer, all trouble is HttpTrouble, and no trouble tells a secret."""

import gzip

import pytest

from kis_actors.adapters.http import BODY_BYTES_MAX, Http, HttpTrouble

SECRET = "bot123:SECRET"


def trouble_of(url: str, timeout_s: float = 5) -> HttpTrouble:
    with pytest.raises(HttpTrouble) as caught:
        Http(timeout_s).call("POST", f"{url}/{SECRET}", json={"text": SECRET}, headers={"appkey": SECRET})
    return caught.value


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500, 503])
def test_every_status_is_an_answer(loopback, status):
    loopback.will_answer(status, {"ok": True})
    assert Http(5).call("GET", loopback.url)[::2] == (status, {"ok": True})


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"text"', b"\xff"])
def test_a_body_that_is_no_object_is_empty(loopback, body):
    loopback.will_answer(200, body)
    assert Http(5).call("GET", loopback.url).body == {}


def test_a_compressed_body_is_read(loopback):
    loopback.will_answer(200, gzip.compress(b'{"ok":1}'), **{"Content-Encoding": "gzip"})
    assert Http(5).call("GET", loopback.url).body == {"ok": 1}


def test_json_is_sent_as_utf_8(loopback):
    loopback.will_answer(200, {})
    Http(5).call("POST", loopback.url, json={"text": "삼성 F&F"})
    (request,) = loopback.requests
    assert (request.body, request.headers["content-type"]) == ({"text": "삼성 F&F"}, "application/json; charset=utf-8")


def test_headers_and_params_are_sent(loopback):
    loopback.will_answer(200, {})
    Http(5).call("GET", loopback.url + "/path", headers={"tr_id": "X1"}, params={"a": "1"})
    (request,) = loopback.requests
    assert (request.path, request.headers["tr_id"]) == ("/path?a=1", "X1")


def test_a_redirect_is_not_followed(loopback):
    loopback.will_answer(302, b"", Location=f"{loopback.url}/elsewhere")
    assert (Http(5).call("GET", loopback.url).status, len(loopback.requests)) == (302, 1)


def test_a_connection_is_used_again(wire):
    wire.will_answer(200, {"a": 1})
    http = Http(5)
    for _ in range(3):
        http.call("GET", wire.url)
    assert [call.connection for call in wire.calls] == [1, 1, 1]


def test_a_body_beyond_the_limit_is_trouble(loopback):
    loopback.will_answer(200, b" " * (BODY_BYTES_MAX + 1))
    assert trouble_of(loopback.url).was_sent


@pytest.mark.parametrize("url", [None, "http://no-such-host.invalid"])
def test_no_connection_is_refused_and_sent_nothing(dead_url, url):
    trouble = trouble_of(url or dead_url)
    assert (trouble.kind, trouble.was_sent) == ("refused", False)


def test_an_address_that_is_none_was_sent_nothing():
    assert not trouble_of("http://[").was_sent


def test_a_server_without_tls_was_sent_nothing(loopback):
    loopback.will_answer(200, {})
    trouble = trouble_of(loopback.url.replace("http:", "https:"))
    assert (trouble.kind, trouble.was_sent) == ("other", False)


def test_silence_may_have_been_sent(wire):
    wire.will("silence")
    trouble = trouble_of(wire.url, timeout_s=0.1)
    assert (trouble.kind, trouble.reason, trouble.was_sent) == ("timeout", "no answer in time", True)


def test_an_answer_that_trickles_is_not_in_time(wire):
    wire.will("trickle")
    trouble = trouble_of(wire.url, timeout_s=0.3)
    assert (trouble.kind, trouble.reason, trouble.was_sent) == ("timeout", "no answer in time", True)


@pytest.mark.parametrize("end", ["reset", "close"])
def test_an_end_before_any_header_is_a_reset(wire, end):
    wire.will(end)
    trouble = trouble_of(wire.url)
    assert (trouble.kind, trouble.reason, trouble.was_sent) == ("reset", "connection refused or lost", True)


def test_half_an_answer_is_no_reset(wire):
    wire.will("half")
    trouble = trouble_of(wire.url)
    assert (trouble.kind, trouble.was_sent) == ("other", True)


def test_after_a_reset_comes_a_fresh_connection(wire):
    http = Http(5)
    wire.will_answer(200, {})
    wire.will("reset")
    wire.will_answer(200, {})
    http.call("GET", wire.url)
    with pytest.raises(HttpTrouble):
        http.call("GET", wire.url)
    assert (http.call("GET", wire.url).status, [call.connection for call in wire.calls]) == (200, [1, 1, 2])


def test_trouble_tells_no_secret(dead_url):
    assert SECRET not in repr(trouble_of(dead_url)) + str(trouble_of(dead_url))


def test_trouble_drags_no_other_error_along(dead_url):
    trouble = trouble_of(dead_url)
    assert (trouble.__cause__, trouble.__context__) == (None, None)


# requests takes a password out of ~/.netrc and puts it where KIS's token was.
def test_a_netrc_of_the_user_is_not_sent(loopback, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    loopback.will_answer(200, {})
    Http(5).call("GET", loopback.url, headers={"authorization": "Bearer token"})
    (request,) = loopback.requests
    assert request.headers.get("authorization", request.headers.get("Authorization")) == "Bearer token"
