"""A demo whose output nobody reads any more, as in `kis-actors demo | head -1`, ends as if it had been asked to."""

import subprocess
import sys
from pathlib import Path

import pytest
from world import ROOT, WAIT_S

from eventlog.day import days_in, path_of
from kis_actors.messages import RunEnded
from kis_actors.recovery import records_in


@pytest.mark.parametrize("lines", [0, 1, 3])
def test_a_demo_ends_cleanly_when_its_reader_has_seen_enough(tmp_path: Path, lines: int) -> None:
    command = [sys.executable, "-m", "kis_actors", "demo", "--speed", "60", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        read = [process.stdout.readline() for _ in range(lines)]
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(WAIT_S), said, all(read)) == (0, "", True)
    days = days_in(tmp_path)
    ends = [record.event for day in days for record in records_in(path_of(tmp_path, day), types=["RunEnded"])]
    assert [end.reason for end in ends if isinstance(end, RunEnded)] == ["stopped"] * (lines > 0)
