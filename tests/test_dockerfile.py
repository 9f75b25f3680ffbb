"""The Dockerfile, as far as it can be tried without Docker: what it copies, runs and asks is there and works."""

import fnmatch
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from kis_actors.cli import cli
from kis_actors.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PORT, TOKEN = "8787", "a-token-of-the-watch-page"


def instructions(*names: str) -> list[str]:
    """What follows these words, one instruction a string."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    found = (line.partition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return [rest.strip() for name, _, rest in found if name in names]


def sources() -> list[str]:
    """What is copied from the folder of the build."""
    copies = [shlex.split(line) for line in instructions("COPY")]
    return [name for words in copies if not words[0].startswith("--from") for name in words[:-1]]


def is_ignored(name: str) -> bool:
    """Whether the builder does not get it: the last line that fits decides."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    verdict = False
    for line in lines:
        if fnmatch.fnmatch(name, line.removeprefix("!").replace("**/", "*")):
            verdict = not line.startswith("!")
    return verdict


def test_everything_it_copies_is_there():
    assert len(sources()) > 5
    assert [name for name in sources() if not list(ROOT.glob(name))] == []


def test_everything_it_copies_reaches_the_builder():
    names = [path.name for name in sources() for path in ROOT.glob(name)]
    assert [name for name in names if is_ignored(name)] == []


@pytest.mark.parametrize(
    "name", ["var", ".git", ".venv", "tests", "config/credentials.yaml", "config/kis_devlp.yaml", "keys.json"]
)
def test_what_is_private_or_large_does_not(name):
    assert is_ignored(name)


def test_it_runs_the_daemon():
    (entry,), command = (json.loads(instructions(name)[0]) for name in ("ENTRYPOINT", "CMD"))
    assert f"{entry} = kis_actors.cli:main" in (ROOT / "setup.cfg").read_text()
    assert cli.commands[command[0]].make_context("run", command[1:]).params["data_dir"] == Path("/data")


def test_it_does_not_run_as_root():
    assert instructions("USER") == ["10001"]
    assert "useradd --system --uid 10001" in " ".join(instructions("RUN"))


def test_it_knows_the_time_in_korea():
    assert "tzdata" in " ".join(instructions("RUN")) and "TZ=Asia/Seoul" in " ".join(instructions("ENV"))


def test_what_it_installs_is_checked_by_hash():
    installs = [line for line in instructions("RUN") if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps ." in line for line in installs) and len(installs) == 2


def test_it_takes_a_python_that_the_project_takes():
    versions = {re.match(r"python:3\.(\d+)-slim", line)[1] for line in instructions("FROM")}  # type: ignore[index]
    assert len(versions) == 1 and int(versions.pop()) >= 11


def test_it_asks_where_the_page_is():
    web = getattr(Settings(), "web", None)
    assert web is None or (web.host, str(web.port)) == ("127.0.0.1", PORT)


# --- the health check


@contextmanager
def page(status: int) -> Iterator[int]:
    """Something on loopback that answers with `status`; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self.send_response(404 if self.path != "/healthz" else status if is_known else 401)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def checked(port: int) -> int:
    """The exit status of the health check, were the page on `port`; a proxy of the machine is not asked."""
    (line,) = instructions("HEALTHCHECK")
    python, *words = json.loads(line.partition(" CMD ")[2])
    assert python == "python" and PORT in words[-1]
    command = [sys.executable, *(word.replace(PORT, str(port)) for word in words)]
    environment = {"http_proxy": "http://127.0.0.1:1", "PATH": "/usr/bin:/bin", "KIS_ACTORS_WEB_TOKEN": TOKEN}
    return subprocess.run(command, env=environment, capture_output=True).returncode


@pytest.mark.parametrize(("status", "exit_status"), [(200, 0), (503, 1)])
def test_the_health_check_goes_by_the_answer(status, exit_status):
    with page(status) as port:
        assert checked(port) == exit_status


def test_without_an_answer_the_container_is_not_healthy():
    with page(200) as port:
        pass
    assert checked(port) == 1
