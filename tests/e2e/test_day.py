"""A day on loopback with real processes, sockets and files: from simulated trades to a message, and replayed."""

from collections.abc import Iterator

import pytest
from oracle import crossings
from world import CANARIES, World, stop, world

from kis_actors.messages import AlertDecided, NotifySent, SignalRaised


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stretch of the simulated morning, ended by SIGTERM."""
    with world(tmp_path_factory.mktemp("day"), speed=30) as around:
        daemon = around.start()
        try:
            around.wait_for("AlertDecided", 4)
            around.wait_for("NotifySent", 8)
            assert around.command("status").returncode == 0, around.said()
        finally:
            around.exit_status = stop(daemon)  # type: ignore[attr-defined]
        yield around


def test_sigterm_ends_the_daemon_cleanly(day: World) -> None:
    assert day.exit_status == 0  # type: ignore[attr-defined]
    assert day.records()[-1].event.__class__.__name__ == "RunEnded"


def test_every_crossing_became_a_signal(day: World) -> None:
    raised = [record.event for record in day.records("SignalRaised")]
    seen = [(one.code, f"{one.observed_at:%H%M%S}", one.price_won) for one in raised if isinstance(one, SignalRaised)]
    assert seen == [tuple(cross) for cross in crossings(day.day_file())]


def test_each_alert_reached_telegram_once(day: World) -> None:
    alerts = [record.event for record in day.records("AlertDecided")]
    for alert in alerts:
        assert isinstance(alert, AlertDecided)
        told = [text for text in day.telegram.texts if text.endswith(alert.alert_id)]
        assert len(told) == 1
        for word in (alert.signal.name, alert.signal.code, f"{alert.signal.observed_at:%H:%M:%S} KST", "-8.00%"):
            assert word in told[0]


def test_every_delivery_names_the_message_it_became(day: World) -> None:
    sent = [record.event for record in day.records("NotifySent")]
    assert all(isinstance(one, NotifySent) and (one.message_id or one.channel == "log") for one in sent)


@pytest.mark.parametrize(
    "environment", [{}, {"PYTHONHASHSEED": "4711"}, {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "0"}]
)
def test_the_day_replays_byte_for_byte(day: World, environment: dict[str, str]) -> None:
    replayed = day.command("replay", **environment)
    assert (replayed.returncode, replayed.stderr) == (0, ""), replayed.stdout
    assert "identical" in replayed.stdout


def test_another_threshold_changes_the_alerts(day: World) -> None:
    replayed = day.command("replay", "--set", "monitor.signal.disparity_threshold=-0.3")
    assert replayed.returncode == 1
    assert "vanishes" in replayed.stdout
    assert f"{len(day.records('AlertDecided'))} alerts then, 0 with" in replayed.stdout


def test_the_log_checks_clean(day: World) -> None:
    from eventlog.store import Reader

    with Reader(day.day_file()) as reader:
        assert reader.check() is None


def test_no_secret_is_in_any_file_but_the_keys(day: World) -> None:
    needles = [value for name, value in CANARIES.items() if value and name != "TELEGRAM_CHAT_ID"]
    for path in [path for path in day.directory.rglob("*") if path.is_file() and path.name != "keys.json"]:
        content = path.read_bytes()
        assert not [needle for needle in needles if needle.encode() in content], path


def test_keys_are_for_the_owner_alone(day: World) -> None:
    assert (day.data_dir / "keys.json").stat().st_mode & 0o777 == 0o600


def test_state_shows_what_the_contract_promises(day: World) -> None:
    import json

    state = json.loads(day.command("state", "--json").stdout)
    assert {"subscriptions", "last_alerts", "last_prices", "scan", "link", "seq"} <= state.keys()
    assert {one["code"] for one in state["last_alerts"]} == {
        record.event.signal.code for record in day.records("AlertDecided") if isinstance(record.event, AlertDecided)
    }
