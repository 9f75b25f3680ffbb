"""Settings changed while the daemon runs: a real SIGHUP to a real process."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World, world


@pytest.fixture
def around(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, speed=30) as made:
        yield made


def rewrite(around: World, before: str, after: str) -> None:
    text = around.settings.read_text()
    assert before in text
    around.settings.write_text(text.replace(before, after))


def test_settings_are_swapped_or_refused_and_the_day_replays(around: World) -> None:
    daemon = around.start()
    try:
        around.wait_for("SubscribeConfirmed", 20)
        rewrite(around, "max_ws_subs: 20", "max_ws_subs: 5")
        os.kill(daemon.pid, signal.SIGHUP)
        around.wait_for("UnsubscribeConfirmed", 15)
        rewrite(around, "rate_limit_sleep_sec: 0.06", "rate_limit_sleep_sec: 0.07")
        os.kill(daemon.pid, signal.SIGHUP)
        around.wait_for("SettingsRefused", 1)
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    (changed,), (refused,) = around.records("SettingsChanged"), around.records("SettingsRefused")
    assert changed.event.difference == ("monitor.max_ws_subs: 20 -> 5",)
    assert refused.event.reasons == ("kis.rate_limit_sleep_sec changes only at a start",)
    assert any("설정을 다시 읽었습니다: monitor.max_ws_subs: 20 -> 5" in text for text in around.telegram.texts)
    assert around.command("replay", "--set", "monitor.max_ws_subs=5").returncode == 0
    assert "identical" in around.command("replay").stdout
