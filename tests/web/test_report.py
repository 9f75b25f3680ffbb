"""The report of a day: one file, whole, that fetches nothing, and says what was amiss."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from days import CODES, morning_of, played, written
from facts import DAY
from log_days import log_of, unnoted
from served import ROOT

from eventlog.day import SEALED, files_of, path_of
from eventlog.seal import drop_hot, keep_only, seal
from kis_actors.messages import AlertDecided, FrameReceived
from kis_actors.recovery import records_in
from kis_actors.report.findings import findings_of
from kis_actors.report.gathered import Gathered, gathered
from kis_actors.report.page import page_of
from kis_actors.sealing import DECIDED

STRANGE = ("F&F <b>bold</b>", "<script>alert(1)</script>")


class Tags(HTMLParser):
    """Every tag with its attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path, played(seed=1).units)


def read(path: Path) -> Gathered:
    return gathered(path, lambda seq: None)


def test_the_report_needs_nothing_but_itself(path: Path) -> None:
    text = page_of(read(path), "ko")
    tags = Tags(text).tags
    assert not [tag for tag, _ in tags if tag in ("script", "link", "img", "iframe", "object", "form", "a")]
    names = [name for _, attributes in tags for name in attributes]
    assert not [name for name in names if name.startswith("on") or name in ("src", "href")]
    assert "default-src 'none'" in text and "url(" not in text and "@import" not in text


def test_the_report_counts_what_the_log_has(path: Path) -> None:
    day = read(path)
    records = list(records_in(path))
    assert len(day.outcomes) == sum(isinstance(one.event, AlertDecided) for one in records) > 0
    assert sum(day.frames.values()) == sum(isinstance(one.event, FrameReceived) for one in records)
    assert day.is_whole and set(day.levels) <= set(CODES)


def test_every_alerted_code_has_a_chart(path: Path) -> None:
    day = read(path)
    text = page_of(day, "ko")
    assert text.count('class="price"') == len({one.alert.signal.code for one in day.outcomes})
    assert text.count("<circle") == len(day.outcomes)


def test_what_was_amiss_is_listed_with_a_command(path: Path) -> None:
    found = findings_of(read(path))
    assert any("링크가" in one.ko and one.command.endswith("--type LinkLost") for one in found)
    assert any(one.ko == "읽지 못한 프레임 1개" for one in found)
    assert all(one.en and one.ko and one.command.startswith("kis-actors ") for one in found)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_report_speaks_one_language(path: Path, language: str) -> None:
    shown = Tags(page_of(read(path), language)).text
    hangul = re.findall(r"[가-힣]+", shown.partition("</style>")[2] or shown)
    assert bool(hangul) == (language == "ko")


def test_strange_names_are_text(tmp_path: Path) -> None:
    day = morning_of(*STRANGE)
    parsed = Tags(page_of(read(written(tmp_path, day.units)), "ko"))
    assert not [tag for tag, _ in parsed.tags if tag in ("script", "b")]
    assert all(name in parsed.text for name in STRANGE)


def test_a_day_without_anything_has_a_report(tmp_path: Path) -> None:
    text = page_of(read(written(tmp_path, [])), "en")
    assert "No alerts." in text and "Nothing stands out." in text


def test_a_day_that_was_given_up_says_so(tmp_path: Path) -> None:
    log_of(tmp_path, 2)
    seal(path_of(tmp_path, DAY), "test")
    drop_hot(path_of(tmp_path, DAY), unnoted)
    keep_only(path_of(tmp_path, DAY).with_suffix(SEALED), DECIDED, "test", unnoted)
    text = page_of(read(files_of(tmp_path, DAY)[0]), "en")
    assert "only what was decided is kept" in text and "after the close" not in text


def command(data_dir: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "kis_actors", "report", *words, "--data-dir", str(data_dir)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_writes_the_file_once(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    first = command(tmp_path, str(DAY), "--out", str(out))
    assert first.returncode == 0 and "alerts" in first.stdout, first.stderr
    assert out.read_text("utf-8").startswith("<!doctype html>") and out.read_text("utf-8").endswith("</html>\n")
    again = command(tmp_path, str(DAY), "--out", str(out))
    assert again.returncode == 2 and str(out) in again.stderr
    assert command(tmp_path, str(DAY), "--out", str(out), "--force", "--language", "en").returncode == 0
    assert 'lang="en"' in out.read_text("utf-8")


def test_the_log_is_not_written_over(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    assert command(tmp_path, str(DAY), "--out", str(path), "--force").returncode == 2
    assert path.read_bytes() == before
