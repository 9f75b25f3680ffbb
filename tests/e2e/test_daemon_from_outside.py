"""What measures a daemon from outside has it start by its settings, and end with the measuring."""

import time
from pathlib import Path

from daemon import running
from world import WAIT_S

KEYS = {"KIS_APP_KEY": "PSexampleFromOutside", "KIS_APP_SECRET": "example"}


def test_a_daemon_runs_by_its_settings_until_it_is_left(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text('kis: {rest_url: "http://127.0.0.1:9", ws_url: "ws://127.0.0.1:9"}\n', "utf-8")
    deadline_s = time.monotonic() + WAIT_S
    with running(settings, f"log.data_dir={tmp_path / 'data'}", "web.enabled=false", **KEYS) as daemon:
        while not (tmp_path / "data" / "status.json").exists():
            assert daemon.poll() is None and time.monotonic() < deadline_s, (tmp_path / "daemon.log").read_text("utf-8")
            time.sleep(0.05)  # it wakes nobody when it has come so far
    assert daemon.returncode == 0


def test_what_a_daemon_says_at_its_end_is_kept(tmp_path: Path) -> None:
    with running(tmp_path / "settings.yaml", **KEYS) as daemon:
        assert daemon.wait(WAIT_S) == 78
    assert "settings.yaml" in (tmp_path / "daemon.log").read_text("utf-8")
