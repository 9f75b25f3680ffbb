"""The page in a real browser: a demo's day and a day with strange names, clicked through as a person would."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import Page, browser, chromium
from days import CODES, morning_of, written
from served import ROOT, served

pytestmark = [
    pytest.mark.skipif(chromium() is None, reason="no Chromium here: apt-get install chromium"),
    pytest.mark.timeout(300),
]
START_S = 60
SESSION = "(document.querySelector('#cell-session')?.innerText ?? '')"
STRANGE = ("F&F <b>bold</b>", "<img src=x onerror=window.hurt=1>")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of a demo that runs and has raised an alert."""
    directory = tmp_path_factory.mktemp("page-demo")
    command = [sys.executable, "-m", "kis_actors", "demo", "--speed", "30", "--seed", "3", "--data-dir", str(directory)]
    with (directory / "screen").open("w") as screen:
        process = subprocess.Popen(command, cwd=ROOT, stdout=screen, stderr=screen)
    try:
        yield _address(directory / "screen", process)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def _address(screen: Path, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + START_S
    while True:
        said = screen.read_text("utf-8")
        found = re.search(r"^watch page: (http://127\.0\.0\.1:\d+)$", said, re.MULTILINE)
        if found and "25일선" in said:
            return found[1]
        assert process.poll() is None and time.monotonic() < deadline, said[-2000:]
        time.sleep(0.2)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("chromium")) as page:
        page.sized(1400, 900)
        yield page


@pytest.fixture
def page(tab: Page, demo: str) -> Iterator[Page]:
    """The demo's page, opened anew; nothing it did may be told as an error, or ask anybody else."""
    tab.errors.clear()
    tab.open("about:blank")
    tab.open(demo)
    tab.wait("document.querySelectorAll('.near-grid tbody tr').length > 5")
    yield tab
    assert tab.errors == []
    elsewhere = [url for url in tab.asked if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert elsewhere == []


def test_now_and_near_go_on_without_a_reload(page: Page) -> None:
    page.run("window.opened = true")
    shown = page.text(".clock")
    page.wait(f"document.querySelector('.clock').innerText !== {json.dumps(shown)}")
    assert page.run("window.opened")
    assert "정상" in page.text("#cell-health") and "장중" in page.text("#cell-session")
    assert re.search(r"슬롯 \d+ / 40", page.text("#cell-link"))
    assert page.run("document.querySelectorAll('.squares i').length") == 40


def test_an_alert_is_listed_with_its_delivery(page: Page) -> None:
    page.click("nav a[href='#/alerts']")
    page.wait("document.querySelector('.alerts-grid tbody tr')")
    assert "log 보냄" in page.text(".alerts-grid") and "기준 -8.00%" in page.text(".alerts-grid")


def test_a_click_on_a_code_shows_its_day_and_reasons(page: Page) -> None:
    page.click(".near-grid tbody tr .who a")
    page.wait("document.querySelector('.chart canvas')")
    page.wait("document.querySelectorAll('.events li').length > 0")
    assert page.run("document.querySelectorAll('.page table tbody tr').length") >= 2
    drawn = """(() => { const c = document.querySelector('.chart canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let painted = 0; for (let i = 3; i < d.length; i += 4) painted += d[i] > 200; return painted; })()"""
    page.wait(f"{drawn} > 500")
    assert re.search(r"기준 [\d,]{4,}", page.text("figcaption"))


def test_searching_leads_to_a_code(page: Page) -> None:
    page.fill("#search", "005930")
    page.wait("location.hash === '#/code/005930'")
    page.wait("document.querySelector('h1')")
    assert "삼성전자" in page.text("h1")


def test_a_past_moment_shows_then_and_back_to_live_shows_now(page: Page) -> None:
    page.click("nav a[href='#/days']")
    page.wait("document.querySelector('#go')")
    page.fill("input[name=at]", "09:01:30")
    page.click("#go")
    page.wait(f"document.querySelector('.past-bar') && {SESSION}.includes('09:01:30')")
    page.click("[data-by='60']")
    page.wait(f"{SESSION}.includes('09:02:30')")
    page.click("#back-to-live")
    page.wait(f"!document.querySelector('.past-bar') && !{SESSION}.includes('09:02:30')")


def test_two_settings_are_two_rows_of_marks(page: Page) -> None:
    page.click("nav a[href='#/days']")
    page.wait("document.querySelector('#what-if')")
    page.fill("[name='settingB.monitor.signal.disparity_threshold']", "-3")
    page.click("#what-if button")
    page.wait("document.querySelectorAll('.marks-row').length === 2")
    counts = page.run("[...document.querySelectorAll('.marks-row')].map((row) => row.querySelectorAll('rect').length)")
    assert counts[0] >= 1 and counts[1] > counts[0]


def test_the_language_is_remembered(page: Page) -> None:
    page.click("#language")
    page.wait("document.querySelector('nav').innerText.includes('Past days')")
    page.call("Page.reload")
    page.wait("document.querySelector('#cell-health')?.innerText.includes('Healthy')")
    page.click("#language")
    page.wait("document.querySelector('nav').innerText.includes('지난 날')")


def test_the_colours_follow_the_system_until_one_is_chosen(page: Page) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    page.coloured("light")
    light = page.run(paper)
    page.coloured("dark")
    dark = page.run(paper)
    page.click("#theme")
    assert light != dark and page.run(paper) == light
    page.run("localStorage.removeItem('theme'); delete document.documentElement.dataset.theme; 1")
    page.coloured("light")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1400, 900)])
def test_nothing_is_wider_than_the_screen(page: Page, width: int, height: int) -> None:
    page.sized(width, height, is_phone=width < 700)
    for place in ("#/", "#/alerts", "#/days", "#/code/005930"):
        page.run(f"location.hash = '{place}'")
        page.wait("(document.querySelector('main')?.innerText ?? '').length > 20")
        assert page.run("document.documentElement.scrollWidth") <= width, place
    page.sized(1400, 900)


def test_names_are_text_whatever_they_are(tab: Page, tmp_path: Path) -> None:
    day = morning_of(*STRANGE)
    written(tmp_path, day.units)
    with served(tmp_path) as made:
        for place in ("#/", "#/alerts", *(f"#/code/{code}" for code in CODES)):
            tab.open("about:blank")
            tab.open(f"http://127.0.0.1:{made.port}/{place}")
            tab.wait("(document.querySelector('main')?.innerText ?? '').length > 40")
            assert tab.run("window.hurt === undefined && !document.querySelector('main b:not(.gates b), main img')")
        assert STRANGE[1] in tab.text("main")
