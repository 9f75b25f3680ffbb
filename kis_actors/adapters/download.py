"""Fetches one public file, within limits. Sends no key and follows no redirect; a certificate is always checked."""

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import CHUNK_BYTES, HttpTrouble

TIMEOUT_S = 10.0
"""To connect, and between two pieces."""
TOTAL_S = 60.0


def download(url: str, *, bytes_max: int, total_s: float = TOTAL_S) -> bytes:
    """The file at `url`. Raises HttpTrouble, its reason in plain words."""
    try:
        with requests.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as response:
            if response.status_code != requests.codes.ok:
                raise HttpTrouble(f"HTTP {response.status_code}", was_sent=True)
            return _content(response, bytes_max, total_s)
    except (requests.RequestException, HTTPError) as problem:
        raise HttpTrouble(_reason(problem), was_sent=True) from problem


def _content(response: requests.Response, bytes_max: int, total_s: float) -> bytes:
    clock = Clock()
    until_s = clock.elapsed_s() + total_s
    content = b""
    # read1 returns with what has come; iter_content would wait for a whole piece, as slowly as the server likes.
    while piece := response.raw.read1(CHUNK_BYTES, decode_content=True):
        content += piece
        if len(content) > bytes_max:
            raise HttpTrouble(f"more than {bytes_max:,} bytes", was_sent=True)
        if clock.elapsed_s() > until_s:
            raise HttpTrouble(f"not complete after {total_s:g} s", was_sent=True)
    return content


def _reason(problem: Exception) -> str:
    match problem:
        case requests.exceptions.SSLError():
            return "no trusted TLS connection"
        case requests.Timeout() | ReadTimeoutError():
            return f"no answer within {TIMEOUT_S:g} s"
        case requests.ConnectionError() | HTTPError():
            return "no connection, or it was lost on the way"
    return f"no usable answer ({type(problem).__name__})"
