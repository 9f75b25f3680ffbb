"""What comes is not what it should be: junk, new widths, a silent code, a closed link, a calendar of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from world import World, stop, world

STRANGE = Path(__file__).with_name("strange.yaml")
SILENT = "247540"


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """From 08:59:30 until the last fault is over and a signal came after it."""
    with world(tmp_path_factory.mktemp("strange"), speed=60, scenario=STRANGE) as around:
        daemon = around.start()
        try:
            around.wait_for("LinkOpened", 2)
            around.wait_for("AlertDecided", 2)
        finally:
            assert stop(daemon) == 0, around.said()
        yield around


def events(world: World, name: str) -> list[Any]:
    return [record.event for record in world.records(name)]


def told(world: World, word: str) -> list[str]:
    return [text for text in world.telegram.texts if word in text]


def test_a_new_width_is_read_and_told_once(morning: World) -> None:
    widths = events(morning, "FrameWidthChanged")
    assert [(change.width, change.is_readable) for change in widths if change.is_readable] == [(48, True)]
    assert len(told(morning, "48칸")) == 1


def test_junk_is_rejected_by_kind_and_costs_nothing(morning: World) -> None:
    kinds = {rejected.kind for rejected in events(morning, "FrameRejected")}
    assert kinds and kinds <= {"header", "feed", "count", "width", "code", "field", "oversize"}
    assert not events(morning, "ActorFailed")


def test_a_silent_code_is_found_stale_and_asked_for_anew(morning: World) -> None:
    assert SILENT in {stale.code for stale in events(morning, "StreamStale")}
    asked = [request for request in events(morning, "SubscribeRequested") if request.code == SILENT]
    assert len(asked) >= 2


def test_a_silent_code_speaks_again(morning: World) -> None:
    assert SILENT in {alert.signal.code for alert in events(morning, "AlertDecided")}


def test_a_closed_link_is_opened_again(morning: World) -> None:
    assert "closed by KIS" in {lost.reason for lost in events(morning, "LinkLost")}
    assert len(events(morning, "LinkOpened")) >= 2


def test_a_giant_frame_is_counted_and_costs_no_link(morning: World) -> None:
    (frame,) = events(morning, "FrameOversized")
    assert frame.characters > 1_000_000
    assert "oversize" in {rejected.kind for rejected in events(morning, "FrameRejected")}
    assert not [lost for lost in events(morning, "LinkLost") if lost.link == frame.link and not lost.is_ours]


def test_nothing_of_that_begins_safe_mode(morning: World) -> None:
    assert events(morning, "SafeModeEntered") == []


def test_a_dispute_about_the_calendar_is_told_once(morning: World) -> None:
    (dispute,) = events(morning, "CalendarDisputed")
    assert [str(one.day) for one in dispute.days] == ["2026-11-25"]
    assert len(told(morning, "2026-11-25")) == 1


def test_kis_is_asked_for_its_calendar_once(morning: World) -> None:
    assert len(events(morning, "HolidaysRequested")) == 1


def test_the_strange_morning_replays_byte_for_byte(morning: World) -> None:
    replayed = morning.command("replay")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
