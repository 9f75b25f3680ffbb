"""kill -9 at random moments of a running daemon: nothing is lost, nothing is told twice, and the day still replays."""

import os
import random
import time
from pathlib import Path

from oracle import crossings
from world import World, stop, world

from eventlog.store import Reader
from kis_actors.messages import AlertDecided, SignalRaised
from kis_actors.texts import REPEATED

KILLS = 20
SEED = int(os.environ.get("KILL_SEED", "20261120"))
"""Another one tries other moments: `KILL_SEED=7 ./tools/test tests/e2e/test_kill.py`."""
COOLDOWN_S = 600


def test_twenty_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with world(tmp_path, speed=20) as around:
        for _ in range(KILLS):
            daemon = around.start()
            time.sleep(chance.uniform(0.4, 2.4))
            assert daemon.poll() is None, around.said()
            daemon.kill()
            daemon.wait()
        daemon = around.start()
        around.wait_for("AlertDecided", 3)
        around.wait_for_more("ScanCompleted", 2)
        assert stop(daemon) == 0, around.said()
        _check(around)


def _check(around: World) -> None:
    with Reader(around.day_file()) as reader:
        assert reader.check() is None
    replayed = around.command("replay")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    _check_signals(around)
    _check_alerts(around)


def _check_signals(around: World) -> None:
    raised = [record.event for record in around.records("SignalRaised")]
    seen = [(one.code, f"{one.observed_at:%H%M%S}", one.price_won) for one in raised if isinstance(one, SignalRaised)]
    assert sorted(seen) == sorted(tuple(cross) for cross in crossings(around.day_file()))
    answered = [record.cause for record in around.records("AlertDecided", "AlertSuppressed")]
    assert sorted(answered) == [record.seq for record in around.records("SignalRaised")]


def _check_alerts(around: World) -> None:
    last: dict[str, AlertDecided] = {}
    for record in around.records("AlertDecided"):
        alert = record.event
        assert isinstance(alert, AlertDecided)
        before = last.get(alert.signal.code)
        assert not before or (alert.decided_at - before.decided_at).total_seconds() >= COOLDOWN_S
        last[alert.signal.code] = alert
        told = [text for text in around.telegram.texts if text.endswith(alert.alert_id)]
        first = [text for text in told if not text.startswith(REPEATED["ko"])]
        assert told and len(first) <= 1 and len(told) <= 2, told
