"""The page as a real process over a real day file, asked over real HTTP."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 30


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Served(NamedTuple):
    """A page that is served. port: where."""

    process: "subprocess.Popen[str]"
    port: int

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One answer. Headers by their names with _ for -; host as given, not as it is."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            given = {name.replace("_", "-"): text for name, text in headers.items()}
            said = {"host": f"127.0.0.1:{self.port}", **given}
            if body is not None:
                said["content-length"] = str(len(body))
            for name, text in said.items():
                connection.putheader(name, text)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def done(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """The answer when it is no longer worked out."""
        deadline = time.monotonic() + WAIT_S
        while (answer := self.ask(path, method, body, **headers)).status == 202:
            assert time.monotonic() < deadline, path
            time.sleep(0.05)
        return answer

    def what_if(self, asked: Any) -> Answer:
        return self.done("/api/what-if", "POST", json.dumps(asked).encode(), content_type="application/json")


@contextmanager
def served(data_dir: Path, *settings: str, **environment: str) -> Iterator[Served]:
    """`kis-actors web` on a free port, over `data_dir`; settings: lines of the settings file."""
    file = data_dir / "settings.yaml"
    file.write_text("\n".join((f"log: {{data_dir: {data_dir}}}", *settings)) + "\n", "utf-8")
    command = [sys.executable, "-m", "kis_actors", "web", "--config", str(file), "--port", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment
    )
    try:
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        assert line.startswith("watch page: http://"), (line, process.stderr.read() if not line else "")
        yield Served(process, int(line.split()[2].rpartition(":")[2]))
    finally:
        process.terminate()
        process.wait(WAIT_S)


def stream_of(page: Served) -> HTTPResponse:
    """The live stream, open."""
    connection = HTTPConnection("127.0.0.1", page.port, timeout=WAIT_S)
    connection.request("GET", "/api/live")
    return connection.getresponse()


def next_picture(stream: HTTPResponse) -> Any:
    """The next one that it sends."""
    while not (line := stream.readline()).startswith(b"data: "):
        assert line, "the stream ended"
    return json.loads(line.removeprefix(b"data: "))
