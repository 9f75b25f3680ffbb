"""No command lets foreign text steer the terminal: here a stock's name, as a universe or a log may hold it."""

import re
from pathlib import Path

import days
import pytest
from click.testing import CliRunner
from facts import SAMSUNG
from msgspec.structs import replace

from kis_actors.cli import cli
from kis_actors.commands.console import LiveConsole, summary
from kis_actors.messages import AlertDecided, LinkLost, TargetsChanged, UniverseLoaded
from kis_actors.recovery import records_in
from kis_actors.view import View

EVIL = "A\x1b[2J\x07B\u202eC\r\x9b31mD"
SHOWN = AlertDecided | LinkLost | UniverseLoaded | TargetsChanged
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a day with alerts on a stock of that name, and a link that ended with it."""
    stocks = tuple(replace(stock, name=EVIL) for stock in days.STOCKS)
    monkeypatch.setattr(days, "UNIVERSE", UniverseLoaded(stocks=stocks, source=EVIL))
    day = days.played(seed=1)
    day.observe("socket", LinkLost(link=9, reason=EVIL))
    days.written(tmp_path, day.units)
    return tmp_path


def said(*arguments: str, given: str = "") -> str:
    result = CliRunner().invoke(cli, list(arguments), input=given)
    assert result.exit_code in (0, 1, 78), result.output
    return result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("events", "2026-11-20"), ("alerts", "2026-11-20"), ("why", "--day", "2026-11-20", SAMSUNG),
        ("state", "2026-11-20"), ("outcomes", "2026-11-20"), ("replay", "2026-11-20"),
        ("replay", "2026-11-20", "--set", "monitor.signal.disparity_threshold=-0.5"), ("verify",),
    ],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_a_reading_command_shows_it_harmless(data_dir, arguments):
    shown = said(*arguments, "--data-dir", str(data_dir))
    assert shown and not STEERING.search(shown)


def test_causes_show_it_harmless(data_dir):
    alert = next(one for one in days.rows_in(days.path_of(data_dir, days.DAY)) if one.type == "AlertDecided")
    assert not STEERING.search(said("causes", str(alert.seq), "--data-dir", str(data_dir)))


def test_a_walk_shows_it_harmless(data_dir):
    shown = said("replay", "2026-11-20", "--step", "--data-dir", str(data_dir), "--code", SAMSUNG)
    assert "\\x9b31mD" in shown and not STEERING.search(shown)


def test_a_universe_shows_it_harmless(tmp_path):
    file = tmp_path / "universe.csv"
    file.write_text(f'code,name,market\n005930,"{EVIL.replace(chr(13), "")}",KOSPI\n')
    (tmp_path / "settings.yaml").write_text(f"universe: {{file: {file}}}\n")
    shown = said("universe", "show", "--config", str(tmp_path / "settings.yaml"))
    assert "\\x1b[2J" in shown and not STEERING.search(shown)


def test_settings_are_quoted_harmless(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text('monitor: {mode: "A\\e[2J", "\\e[31m": 1}\nnotify: {language: "\\x9b"}\n')
    assert not STEERING.search(said("check-config", "--config", str(path)))


def test_the_demos_last_page_shows_it_harmless(data_dir, tmp_path):
    view = View()
    view.see([one for one in records_in(days.path_of(data_dir, days.DAY)) if isinstance(one.event, SHOWN)])
    assert view.alerts_count and view.names and not STEERING.search(summary(view, tmp_path))
    console = LiveConsole("http://127.0.0.1:8787")
    console._view = view
    assert not STEERING.search(drawn(console))


def drawn(console: LiveConsole) -> str:
    from rich.console import Console

    terminal = Console(width=160, height=50, force_terminal=False)
    with terminal.capture() as captured:
        terminal.print(console._page())
    return captured.get()
