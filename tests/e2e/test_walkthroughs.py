"""What docs/contributing.md tells contributors to write, written in a copy of the project: it works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from shown import DOCS, ROOT

STEP = re.compile(r"(?:[Ii]n `([^`]+)`, )?\*\*(before|after)\*\* `([^`]+)`\n\n```python\n(.*?)```", re.DOTALL)
"""A file, if it is another than that of the step before; where to write, and what."""
NEW_FILE = re.compile(r"Save this as `([^`]+)`:\n\n```python\n(.*?)```", re.DOTALL)
WAIT_S = 60


def section(heading: str) -> str:
    page = (DOCS / "contributing.md").read_text("utf-8")
    return re.split(r"\n## ", page[page.index(f"## {heading}") + 3 :])[0]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, to write in."""
    shutil.copytree(ROOT / "kis_actors", tmp_path / "kis_actors", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


def follow(text: str, copy: Path) -> int:
    """Does what the section says; how many things those were."""
    files, steps, path = NEW_FILE.findall(text), STEP.findall(text), None
    for name, content in files:
        (copy / name).write_text(content, "utf-8")
    for name, where, line, code in steps:
        path = copy / name if name else path or with_line(copy, line)
        lines = path.read_text("utf-8").splitlines()
        place = lines.index(line) + (where == "after")
        path.write_text("\n".join([*lines[:place], *code.splitlines(), *lines[place:], ""]), "utf-8")
    return len(files) + len(steps)


def with_line(copy: Path, line: str) -> Path:
    """The only file of the package with this line."""
    (path,) = [path for path in (copy / "kis_actors").rglob("*.py") if line in path.read_text("utf-8").splitlines()]
    return path


def python(copy: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, timeout=WAIT_S, check=False,
        env={**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}", "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


SEND = """
from types import SimpleNamespace
from kis_actors.adapters.clock import Clock
from kis_actors.chosen_channels import channels_for
from kis_actors.credentials import Credentials
from kis_actors.messages import NotifyRequested
from kis_actors.settings_file import load
settings = load(None, ("notify.log.enabled=false", "notify.file.enabled=true", "notify.file.path=alerts.txt")).settings
parts = SimpleNamespace(
    settings=settings, credentials=Credentials(), clock=Clock(settings.clock), is_dry_run=False, write=print
)
(channel,) = channels_for(parts)
for text in ("a\\nb", "c"):
    print(channel.send(NotifyRequested(alert_id="1", channel="file", attempt=1, text=text)).status)
"""


def test_the_channel_of_the_walkthrough_tells(copy: Path) -> None:
    assert follow(section("Add a channel"), copy) == 7
    assert python(copy, SEND) == "sent\nsent\n"
    assert (copy / "alerts.txt").read_text("utf-8") == "a b\nc\n"


READ = """
from kis_actors.kis.frames import FrameError, frame_of
text = "0|H0STANC0|001|" + "^".join(["005930", *["0"] * 44])
try:
    frame = frame_of(text)
    print(frame.tr_id, frame.width, len(frame.ticks))
except FrameError as error:
    print(type(error).__name__)
"""


def test_the_feed_of_the_walkthrough_is_read_and_not_judged(copy: Path) -> None:
    assert python(copy, READ) == "FrameError\n"
    assert follow(section("Add a feed"), copy) == 1
    assert python(copy, READ) == "H0STANC0 45 0\n"
