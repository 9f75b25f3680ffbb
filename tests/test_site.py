"""The documentation site builds, strictly and without a network, and every link in it leads somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.shown import ROOT
from manual import links

WAIT_S = 300
pytestmark = pytest.mark.timeout(WAIT_S + 30)
"""The first call of all may have to install what builds the site."""
PAGE = '<h1 id="top">x</h1><a href="{href}">y</a><img src="{src}"><link rel="canonical" href="https://example.com/">'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as CI builds it."""
    directory = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "docs"), "--check", "--external", str(directory)], cwd=directory,
        env=dict(os.environ), capture_output=True, text=True, timeout=WAIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every link leads somewhere" in done.stdout
    assert "https://apiportal.koreainvestment.com" in done.stdout
    return directory


def test_each_page_is_there_in_both_languages(site: Path) -> None:
    for name in ("index", "rules", "reference/settings", "upkeep"):
        english, korean = ((site / folder / f"{name}.html").read_text("utf-8") for folder in (".", "ko"))
        assert '<html lang="en"' in english and '<html lang="ko"' in korean
        assert "rule-breakout.svg" in english or name != "rules"


def test_what_a_page_links_to_outside_is_part_of_the_site(site: Path) -> None:
    assert (site / "source" / "kis_actors" / "turn.py.txt").read_text() == (ROOT / "kis_actors/turn.py").read_text()
    assert 'href="../source/kis_actors/turn.py.txt"' in (site / "ko" / "architecture.html").read_text("utf-8")


def test_nothing_is_fetched_from_another_machine(site: Path) -> None:
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?https?:", style.read_text("utf-8"))


def made(directory: Path, href: str = "#top", src: str = "a.svg") -> list[str]:
    """What is found of a site with one page."""
    links.page.cache_clear()
    (directory / "a.svg").write_text("<svg/>")
    (directory / "a.html").write_text(PAGE.format(href=href, src=src), "utf-8")
    return [line.split(": ", 1)[1] for line in links.broken(directory)]


@pytest.mark.parametrize("href", ["#top", "a.html", "a.html#top", "a.svg", "https://example.com/x", "mailto:a@b"])
def test_a_good_link_is_none_to_speak_of(tmp_path: Path, href: str) -> None:
    assert made(tmp_path, href) == []


@pytest.mark.parametrize("href", ["b.html", "a.html#no", "#no", "../a.html", "b/a.svg"])
def test_a_link_to_nothing_is_found(tmp_path: Path, href: str) -> None:
    assert made(tmp_path, href) == [f"{href} leads nowhere"]


def test_what_would_be_fetched_elsewhere_is_found(tmp_path: Path) -> None:
    assert made(tmp_path, src="//cdn.example.com/a.js") == ["fetches //cdn.example.com/a.js"]
    assert links.external(tmp_path) == []


@pytest.mark.parametrize("other", ["requirements.lock", "requirements-test.lock"])
def test_the_lock_files_agree_on_what_they_share(other: str) -> None:
    """They fill one environment."""
    one, two = (dict(_pinned(ROOT / name)) for name in ("requirements-docs.lock", other))
    assert {name: two[name] for name in one if name in two} == {name: one[name] for name in one if name in two}
    assert "mkdocs-material" in one and "msgspec" in one


def _pinned(lock: Path) -> list[tuple[str, str]]:
    return re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE)
