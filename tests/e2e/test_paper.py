"""A paper account: no batch quotes, no holidays, one call a second; it still watches and alerts, over fewer codes."""

from collections.abc import Iterator
from typing import Any

import pytest
from world import SCENARIO, World, stop, world


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The morning as paper shows it, until its first alert."""
    with world(tmp_path_factory.mktemp("paper"), speed=60, scenario=SCENARIO, arguments=("--paper",)) as around:
        text = around.settings.read_text().replace("kis:\n", "kis:\n  env: paper\n", 1)
        around.settings.write_text(text + "\n")
        daemon = around.start()
        try:
            around.wait_for("AlertDecided", 1)
        finally:
            assert stop(daemon) == 0, around.said()
        yield around


def events(world: World, name: str) -> list[Any]:
    return [record.event for record in world.records(name)]


def test_each_call_asks_for_one_code(paper: World) -> None:
    assert {len(asked.codes) for asked in events(paper, "ScanRequested")} == {1}


def test_no_scan_fails_for_being_on_paper(paper: World) -> None:
    assert events(paper, "ScanFailed") == []


def test_fewer_codes_are_watched_and_it_says_so(paper: World) -> None:
    (loaded,) = events(paper, "UniverseLoaded")
    assert len(loaded.stocks) <= 40
    assert "paper: no batch quotes" in paper.said()


def test_paper_is_not_asked_for_holidays(paper: World) -> None:
    assert events(paper, "HolidaysRequested") == []


def test_the_paper_morning_replays_byte_for_byte(paper: World) -> None:
    replayed = paper.command("replay")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
