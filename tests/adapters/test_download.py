"""One public file: within its limits it comes whole, and all trouble is HttpTrouble in plain words."""

import gzip
import socket
from threading import Thread
from time import sleep

import pytest

from kis_actors.adapters import download as downloads
from kis_actors.adapters.download import download
from kis_actors.adapters.http import HttpTrouble


def reason_of(url: str, **limits: float) -> str:
    with pytest.raises(HttpTrouble) as caught:
        download(url, **({"bytes_max": 1000} | limits))
    return caught.value.reason


def test_a_file_comes_whole(loopback):
    loopback.will_answer(200, b"\x00\xff" * 500)
    assert download(loopback.url, bytes_max=1000) == b"\x00\xff" * 500


@pytest.mark.parametrize("status", [206, 302, 403, 404, 500])
def test_only_status_200_is_a_file(loopback, status):
    loopback.will_answer(status, b"x", Location=f"{loopback.url}/elsewhere")
    assert (reason_of(loopback.url), len(loopback.requests)) == (f"HTTP {status}", 1)


def test_a_file_too_large_is_refused(loopback):
    loopback.will_answer(200, b"x" * 1001)
    assert reason_of(loopback.url) == "more than 1,000 bytes"


def test_a_file_too_large_when_unpacked_is_refused(loopback):
    loopback.will_answer(200, gzip.compress(b"x" * 100_000), **{"Content-Encoding": "gzip"})
    assert reason_of(loopback.url) == "more than 1,000 bytes"


def test_a_cut_file_is_refused(loopback):
    loopback.will_answer(200, b"x", **{"Content-Length": "10", "Connection": "close"})
    assert reason_of(loopback.url) == "no connection, or it was lost on the way"


def test_no_server_is_told(dead_url):
    assert reason_of(dead_url) == "no connection, or it was lost on the way"


def test_silence_ends(loopback, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(downloads, "TIMEOUT_S", 0.2)
    loopback.will_keep_silent()
    assert reason_of(loopback.url) == "no answer within 0.2 s"


def test_a_server_without_tls_is_not_trusted(loopback):
    loopback.will_answer(200, b"x")
    assert reason_of(loopback.url.replace("http:", "https:")) == "no trusted TLS connection"


def test_a_trickle_ends():
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_trickle, args=(server,), daemon=True).start()
        assert reason_of(f"http://127.0.0.1:{server.getsockname()[1]}", total_s=0.2) == "not complete after 0.2 s"


def _trickle(server: socket.socket) -> None:
    connection, _ = server.accept()
    connection.recv(10_000)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    for _ in range(50):
        sleep(0.02)
        try:
            connection.sendall(b"x")
        except OSError:
            return
