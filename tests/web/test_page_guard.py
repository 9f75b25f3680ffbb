"""Who may ask the page: a real process, asked as a web site, a foreign name or another machine would ask."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from days import played, written
from served import ROOT, Served, served

from kis_actors.web.guard import Unsafe, bound

TOKEN = "a token of many words"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data_dir = tmp_path_factory.mktemp("guarded")
    written(data_dir, played(seed=1).units)
    with served(data_dir) as made:
        yield made


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data_dir = tmp_path_factory.mktemp("locked")
    written(data_dir, played(seed=1).units)
    with served(data_dir, "web: {host: 0.0.0.0}", KIS_ACTORS_WEB_TOKEN=TOKEN) as made:
        yield made


def test_the_page_binds_the_browser_to_itself(page: Served) -> None:
    headers = page.ask("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/api/days", "/static/app.js", "/nothing"])
def test_every_answer_has_the_policy(page: Served, path: str) -> None:
    assert "content-security-policy" in page.ask(path).headers


def test_nothing_on_the_page_is_inline(page: Served) -> None:
    text = page.ask("/").body.decode()
    assert "style=" not in text and "<style" not in text
    assert all("src=" in part.partition(">")[0] for part in text.split("<script")[1:])


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "192.0.2.7", ""])
def test_another_host_name_is_refused(page: Served, host: str) -> None:
    assert page.ask("/api/days", host=host).status == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8787", "127.0.0.1:80", "[::1]:8787", "LOCALHOST"])
def test_the_names_of_this_machine_are_taken(page: Served, host: str) -> None:
    assert page.ask("/api/days", host=host).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_reading_is_allowed(page: Served, method: str) -> None:
    assert page.ask("/api/days", method).status == 405


def test_another_site_gets_nothing_out_of_the_page(page: Served) -> None:
    assert page.ask("/api/picture", sec_fetch_site="cross-site").status == 403
    assert page.ask("/static/app.js", sec_fetch_site="cross-site", sec_fetch_mode="no-cors").status == 403


def test_a_link_from_elsewhere_opens_the_page(page: Served) -> None:
    assert page.ask("/", sec_fetch_site="cross-site", sec_fetch_mode="navigate").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "application/json", "origin": "http://evil.example"},
        {"content_type": "application/json", "origin": "null"},
        {"content_type": "application/json", "sec_fetch_site": "cross-site"},
    ],
)
def test_a_form_of_another_site_starts_no_work(page: Served, headers: dict[str, str]) -> None:
    body = b'{"day": "2026-11-20", "settings": [[], []]}'
    assert page.ask("/api/what-if", "POST", body, **headers).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2fguard.py", "/static//etc/passwd",
        "/static/%2e%2e%5cguard.py", "/static/../../../config/settings.yaml",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder(page: Served, path: str) -> None:
    answer = page.ask(path)
    assert answer.status in (404, 405) and b"def " not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/api/picture?day=../../etc&at=10:00", "/api/picture?day=2026-11-20&at=yesterday",
        "/api/picture?day=2001-01-01&at=10:00", "/api/picture?at=10:00", "/api/code?code=%3Cb%3E", "/api/code",
        "/api/chart?code=005930&day=2026-11-20%00", "/api/picture?day=2026-11-20&at=99:99", "/api/code?code=000001",
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_is_refused_with_words(page: Served, path: str) -> None:
    answer = page.done(path)
    assert (answer.status == 400 and "expected" in answer.json()["error"]) or "no log" in answer.json()["error"]


def test_without_the_token_another_address_is_not_served(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(f"log: {{data_dir: {tmp_path}}}\nweb: {{host: 0.0.0.0}}\n")
    done = subprocess.run(
        [sys.executable, "-m", "kis_actors", "web", "--config", str(file), "--port", "0"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "KIS_ACTORS_WEB_TOKEN" in done.stderr and "127.0.0.1" in done.stderr and "Traceback" not in done.stderr


def test_a_short_token_is_none() -> None:
    with pytest.raises(Unsafe, match="16 characters"):
        bound("0.0.0.0", "short")


def test_the_token_opens_the_page(locked: Served) -> None:
    assert locked.ask("/api/days").status == 401
    assert locked.ask("/api/days", authorization="Bearer a token of many wrong").status == 401
    assert locked.ask("/api/days", authorization=f"Bearer {TOKEN}").status == 200
    basic = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    assert locked.ask("/api/days", authorization=f"Basic {basic}").status == 200
    assert locked.ask("/api/days", authorization="Basic !!!").status == 401


def test_a_browser_is_asked_for_the_token(locked: Served) -> None:
    assert locked.ask("/").headers["www-authenticate"].startswith("Basic")


def test_bound_to_every_address_any_address_but_no_name_is_a_host(locked: Served) -> None:
    authorization = f"Bearer {TOKEN}"
    assert locked.ask("/api/days", host="192.0.2.7:8787", authorization=authorization).status == 200
    assert locked.ask("/api/days", host="rebound.example", authorization=authorization).status == 421




def test_no_token_is_ever_said(locked: Served) -> None:
    for path in ("/", "/api/days", "/api/picture", "/static/app.js"):
        assert TOKEN.encode() not in locked.ask(path, authorization=f"Bearer {TOKEN}").body
