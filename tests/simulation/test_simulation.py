"""Days of trouble drawn from seeds: every invariant holds in each, and each is the same again under any hash seed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eventlog.schema import Row
from simulation.disk import Broken, Disk, Folder, Killed, Writer
from simulation.world import CRASHES_MIN, INPUTS_MIN, played

ROOT = Path(__file__).resolve().parents[2]
SEEDS, AT_ONCE = 1000, 10
"""A third of a second of processor time each; ./tools/simulate-faults plays as many as there is patience for.

All that ever failed are among them, whether by the daemon's fault or by the simulation's own; what is drawn for a seed
changes with the simulation, so the finding itself is told in test_findings.py.
"""


def chains(hash_seed: int, seeds: int, *more: str) -> list[str]:
    """The hash over the log of each of the first seeds, as a process of its own sees it."""
    variables = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, "-m", "simulation.run", "--chains", "--seeds", str(seeds), *more]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_every_invariant_holds(first):
    for seed in range(first, first + AT_ONCE):
        report = played(seed)
        assert not report.broken, f"again: ./tools/simulate-faults --seed {seed}"
        assert (report.inputs >= INPUTS_MIN, report.deaths >= CRASHES_MIN) == (True, True)


def test_a_seed_is_the_same_under_any_hash_seed():
    first = chains(1, 2)
    assert first == chains(2, 2)
    assert [len(line.split()[1]) for line in first] == [64, 64]


# --- the disk


def folder_with_a_file(disk: Disk) -> Folder:
    path = Folder(disk, "2026-11-20.db")
    Writer.create(path, day="2026-11-20", last_seq=0, chain=bytes(32)).close()
    return path


def row(seq):
    return Row(seq, "clock", "ClockTicked", 1, 0, 1, b"{}")


@pytest.mark.parametrize(("is_kept", "durable"), [(True, 2), (False, 0)])
def test_a_commit_cut_short_is_whole_or_not_at_all(is_kept, durable):
    disk = Disk()
    writer = Writer(folder_with_a_file(disk))
    disk.writes_left, disk.is_kept = 0, is_kept
    with pytest.raises(Killed):
        writer.append([row(1), row(2)])
    assert disk.last_seq == durable


def test_a_gap_in_what_is_written_is_noticed():
    with pytest.raises(Broken, match="I2"):
        Writer(folder_with_a_file(Disk())).append([row(2)])


def test_a_second_writer_is_noticed():
    path = folder_with_a_file(Disk())
    first = Writer(path)
    with pytest.raises(Broken, match="I12"):
        Writer(path)
    first.close()
    Writer(path)
