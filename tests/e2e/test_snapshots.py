"""Snapshots of a running daemon: a start from one is a start from the whole log, also after kill -9."""

import time
from pathlib import Path

import msgspec
import pytest
from world import CANARIES, WAIT_S, stop, world

from eventlog.snapshot import read_snapshot, snapshot_path_of
from kis_actors import snapshots
from kis_actors.commands.run import load_settings, parts_of
from kis_actors.cores import CORES
from kis_actors.credentials import load_credentials
from kis_actors.fingerprint import code_fingerprint
from kis_actors.recovery import rebuilt_from
from kis_actors.system import System
from kis_actors.view import View

OFTEN = """
import sys
from kis_actors import snapshots
from kis_actors.cli import main
snapshots.RECORDS_MIN, snapshots.GAP_S, snapshots.LOOK_S = 20, 0, 0.05
sys.argv[1:] = ["run", "--config", sys.argv[1]]
main()
"""


def test_the_state_from_a_running_daemon_s_snapshot_is_the_fold_of_all(tmp_path: Path) -> None:
    with world(tmp_path, speed=20) as around:
        for count in range(1, 7):
            daemon = around.start("-c", OFTEN, str(around.settings))
            around.wait_for_more("ScanCompleted", 2)
            time.sleep(0.1 * count)
            daemon.kill()
            daemon.wait()
            path = around.day_file()
            snapshot = read_snapshot(path, code_fingerprint())
            assert snapshot, around.said()
            assert msgspec.json.encode(rebuilt_from(path, CORES, snapshot)) == msgspec.json.encode(
                rebuilt_from(path, CORES)
            )
        daemon = around.start("-c", OFTEN, str(around.settings))
        around.wait_for_more("ScanCompleted", 2)
        assert stop(daemon) == 0, around.said()
        found = [record.event.found[:16] for record in around.records("RunStarted")]  # type: ignore[attr-defined]
        assert found == ["", *["the run before d"] * 6]
        for command in ("replay", "verify"):
            result = around.command(command)
            assert result.returncode == 0, result.stdout + result.stderr


def test_a_clean_end_leaves_a_snapshot_of_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "RECORDS_MIN", 10**9)
    with world(tmp_path, speed=30) as around:
        loaded = load_settings(around.settings, None, ())
        credentials = load_credentials(loaded.settings, CANARIES, loaded.path)
        view = View()
        system = System(parts_of(loaded, credentials, is_dry_run=False, write=lambda _: None), view, lambda: None)
        deadline = time.monotonic() + WAIT_S
        while not view.scans_ok and time.monotonic() < deadline:
            time.sleep(0.1)
        live = system.stop()
        path = around.day_file()
        assert snapshot_path_of(path).exists()
        snapshot = read_snapshot(path, code_fingerprint())
        assert snapshot
        assert snapshot.commit.seq == list(around.records())[-1].seq - 1  # but for RunEnded
        assert msgspec.json.encode(rebuilt_from(path, CORES, snapshot).states) == msgspec.json.encode(live)
