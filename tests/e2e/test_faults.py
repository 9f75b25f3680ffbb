"""Everything the simulated KIS can fail at, one after another: the daemon comes through, says so, and still replays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World, stop, world

FAULTS = Path(__file__).with_name("faults.yaml")


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """From 08:59:30 until some time after the last fault."""
    with world(tmp_path_factory.mktemp("faults"), speed=60, scenario=FAULTS) as around:
        daemon = around.start()
        try:
            around.wait_for("SafeModeLeft", 1)
            around.wait_for("LinkOpened", 3)
            around.wait_for("AlertDecided", 2)
        finally:
            assert stop(daemon) == 0, around.said()
        yield around


def test_safe_mode_begins_and_ends_once(morning: World) -> None:
    assert len(morning.records("SafeModeEntered")) == len(morning.records("SafeModeLeft")) == 1


def test_the_operator_is_told_twice(morning: World) -> None:
    told = [text for text in morning.telegram.texts if text.startswith("[운영] 안전 모드")]
    assert [("해제" in text) for text in told] == [False, True]


def test_the_link_comes_back_after_each_loss(morning: World) -> None:
    assert len(morning.records("LinkOpened")) >= 3


def test_a_dropped_link_subscribes_its_targets_again(morning: World) -> None:
    last_open = morning.records("LinkOpened")[-1].seq
    confirmed = [record for record in morning.records("SubscribeConfirmed") if record.seq > last_open]
    assert len(confirmed) >= 10


def test_an_expired_token_is_renewed(morning: World) -> None:
    after = morning.records("LinkLost")[0].seq
    assert any(record.seq > after for record in morning.records("ScanReturned"))


def test_signals_before_and_after_are_told(morning: World) -> None:
    assert len({record.event.signal.code for record in morning.records("AlertDecided")}) >= 2  # type: ignore[attr-defined]


def test_the_bad_morning_replays_byte_for_byte(morning: World) -> None:
    replayed = morning.command("replay")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
