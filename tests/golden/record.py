"""Records a small day of this version, for `test_golden_days.py`: `PYTHONPATH=. python tests/golden/record.py`.

Run it from the root. A real daemon follows four codes of a simulated KIS for some minutes. Do it once for each release
and each format of the day file, and never change what another wrote.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eventlog.day import days_in, path_of
from eventlog.manifest import manifest_path_of
from eventlog.mark import mark_path_of
from eventlog.schema import FORMAT
from eventlog.seal import seal
from kis_actors import __version__
from kis_actors.commands.demo import Simulator, simulator
from kis_actors.recovery import records_in

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAME = f"{__version__}-format-{FORMAT}"
CODES = ("035720", "247540", "005930", "000660")
SPEED, RUNS_S = 20, (12, 8)
KEYS = {"KIS_APP_KEY": "PSGOLDENKEY", "KIS_APP_SECRET": "golden-secret"}
SETTINGS = """\
monitor: {{scan_interval_sec: 20, rebalance_interval_sec: 20, max_ws_subs: 3, min_subscribe_sec: 30}}
kis: {{rest_url: {rest_url}, ws_url: {ws_url}, rate_limit_sleep_sec: 0.06}}
market: {{file: market.yaml}}
universe: {{file: universe.csv}}
log: {{data_dir: var}}
clock: {{anchor: "{clock_anchor}", shows: "{clock_shows}", speed: {clock_speed}}}
"""
SCENARIO = """\
start:
  disparity: {035720: -0.070, 247540: -0.075}
happenings:
  - {at: "09:01", code: 035720, what: slide, to_disparity: -0.095, minutes: 1}
"""


def prepared(folder: Path, said: dict[str, str]) -> None:
    """Settings and the files they name; no path in them, for they are in the log."""
    (folder / "settings.yaml").write_text(SETTINGS.format(**said), "utf-8")
    shutil.copyfile(ROOT / "config" / "market.yaml", folder / "market.yaml")
    head, *lines = (ROOT / "config" / "universe.csv").read_text("utf-8").splitlines()
    (folder / "universe.csv").write_text("\n".join([head, *(one for one in lines if one.startswith(CODES))]), "utf-8")


def run(folder: Path, seconds: float, end: signal.Signals) -> None:
    """One run of the daemon, and how it ends."""
    command = [sys.executable, "-m", "kis_actors", "run", "--config", "settings.yaml"]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **KEYS, "PYTHONPATH": str(ROOT)}) as daemon:
        time.sleep(seconds)
        daemon.send_signal(end)


def recorded(folder: Path, simulated: Simulator) -> Path:
    """A run that is killed, and one that goes on and ends; the day file."""
    prepared(folder, simulated.said)
    run(folder, RUNS_S[0], signal.SIGKILL)
    run(folder, RUNS_S[1], signal.SIGTERM)
    (day,) = days_in(folder / "var")
    return path_of(folder / "var", day)


def main() -> None:
    """Writes the day, as it was written and sealed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scenario.yaml").write_text(SCENARIO, "utf-8")
        words = ("--scenario", str(folder / "scenario.yaml"), "--date", "2026-11-20")
        with simulator(SPEED, 1, *words) as simulated:
            path = recorded(folder, simulated)
        seal(path, __version__)
        sealed = path.with_suffix(".sealed")
        kept = HERE / NAME
        kept.mkdir()
        for one in (path, mark_path_of(path), sealed, manifest_path_of(sealed)):
            shutil.copyfile(one, kept / one.name)
            print(f"{one.name}: {one.stat().st_size:,} bytes")
        print(f"{len(list(records_in(path)))} records")


if __name__ == "__main__":
    main()
