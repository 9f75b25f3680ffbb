"""Unified hours with the status feed: each code on the feed that has its trades, and interruptions by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from world import World, stop, world

UNIFIED = Path(__file__).with_name("unified.yaml")
ONLY_KRX = "028300"
BOTH = "035720"


@pytest.fixture(scope="module")
def unified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """From a minute before KRX opens, an hour into NXT's pre-market, until both signals came."""
    with world(tmp_path_factory.mktemp("unified"), speed=60, scenario=UNIFIED) as around:
        text = around.settings.read_text().replace("hours: krx", "hours: unified")
        around.settings.write_text(text.replace("kis:\n", "kis:\n  ws_status: true\n", 1))
        lines = (around.directory / "universe.csv").read_text("utf-8")
        if ONLY_KRX not in lines:
            (around.directory / "universe.csv").write_text(f"{lines}{ONLY_KRX},HLB,KOSDAQ,50000\n", "utf-8")
        daemon = around.start()
        try:
            around.wait_for("AlertDecided", 2)
        finally:
            assert stop(daemon) == 0, around.said()
        yield around


def events(world: World, name: str) -> list[Any]:
    return [record.event for record in world.records(name)]


def test_kis_is_asked_which_codes_nxt_trades(unified: World) -> None:
    (loaded,) = events(unified, "VenuesLoaded")
    assert BOTH in loaded.on_nxt and ONLY_KRX not in loaded.on_nxt


def test_each_code_is_followed_where_it_trades(unified: World) -> None:
    confirmed = events(unified, "SubscribeConfirmed")
    feeds = {(one.code, one.feed) for one in confirmed if one.feed.endswith("CNT0")}
    assert (BOTH, "H0UNCNT0") in feeds and (ONLY_KRX, "H0STCNT0") in feeds


def test_the_status_feed_goes_with_the_trades(unified: World) -> None:
    feeds = {one.feed for one in events(unified, "SubscribeConfirmed") if one.code == BOTH}
    assert feeds == {"H0UNCNT0", "H0UNMKO0"}


def test_never_more_than_forty_registrations_are_held(unified: World) -> None:
    held: set[tuple[str, str]] = set()
    for record in unified.records("SubscribeRequested", "UnsubscribeConfirmed", "LinkLost"):
        event: Any = record.event
        match type(event).__name__:
            case "SubscribeRequested":
                held.add((event.code, event.feed))
            case "UnsubscribeConfirmed":
                held.discard((event.code, event.feed))
            case "LinkLost":
                held.clear()
        assert len(held) <= 40


def test_an_interruption_is_noticed_and_mentioned(unified: World) -> None:
    assert ONLY_KRX in {one.code for one in events(unified, "TradingInterrupted")}
    assert ONLY_KRX in {one.code for one in events(unified, "TradingResumed")}
    signals = [one.signal for one in events(unified, "AlertDecided") if one.signal.code == ONLY_KRX]
    assert signals and all("interrupted" in signal.remarks for signal in signals)


def test_the_unified_morning_replays_byte_for_byte(unified: World) -> None:
    replayed = unified.command("replay")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
