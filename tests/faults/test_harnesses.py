"""Faults in the real writer of the log: nothing promised is lost, nothing changed goes unseen, nobody cries wolf.

Long runs: `./tools/fault-harness kill --count 50000`; what fails is shown there with the line that tries it again.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .__main__ import NOT_HERE, WHERE
from .canaries import CANARIES

TESTS = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent)))}


def tried(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A harness, in a process of its own, as the command runs it."""
    command = [sys.executable, "-m", "faults", name, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    if ran.returncode == NOT_HERE:
        pytest.skip(f"no faults are put into the log here: {ran.stderr.strip()}")
    return ran


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", WHERE)
def test_no_fault_breaks_a_promise(name):
    ran = tried(name)
    print(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_one_point_can_be_tried_alone():
    assert "kill: 1 tried" in tried("kill", "--only", "3", "--seed", "7").stdout


@pytest.mark.timeout(300)
def test_every_planted_bug_is_found():
    ran = tried("canaries")
    assert ran.stdout.splitlines() == [f"{name}: found by {one.harness}" for name, one in CANARIES.items()], ran.stderr


def test_a_planted_bug_is_told_with_the_line_that_shows_it_again():
    ran = tried("fuzz-updates", "--count", "1", "--canary", "any update has a number")
    assert ran.returncode == 1
    assert '--seed 1 --only 0 --canary "any update has a number"' in ran.stdout


def test_it_stops_when_the_time_is_over():
    ran = tried("fuzz-updates", "--minutes", "0.01")
    assert ran.returncode == 0 and " 0 failed" in ran.stdout
