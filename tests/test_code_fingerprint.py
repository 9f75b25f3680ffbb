"""A snapshot is read by the very code that made it: all that a turn may run through, and nothing else."""

import shutil
from pathlib import Path

import pytest
from tidy import CORES, NO_CORES, ROWS

from kis_actors.fingerprint import WORLD, code_fingerprint, fingerprint_of

PACKAGES = [Path(__file__).resolve().parents[1] / name for name in ("kis_actors", "eventlog")]


@pytest.fixture
def copies(tmp_path):
    return [shutil.copytree(package, tmp_path / package.name) for package in PACKAGES]


def test_the_same_source_is_the_same_code(copies):
    assert fingerprint_of(*copies) == code_fingerprint()


@pytest.mark.parametrize("name", ["actors/scan.py", "rules/breakout.py", "kis/ticks.py", "messages/ws.py", "units.py"])
def test_another_line_in_a_core_is_other_code(copies, name):
    with (copies[0] / name).open("a") as file:
        file.write("\n")
    assert fingerprint_of(*copies) != code_fingerprint()


def test_another_way_to_read_rows_is_other_code(copies):
    (copies[1] / "codec.py").write_text("")
    assert fingerprint_of(*copies) != code_fingerprint()


def test_a_file_by_another_name_is_other_code(copies):
    (copies[0] / "rules" / "breakout.py").rename(copies[0] / "rules" / "outbreak.py")
    assert fingerprint_of(*copies) != code_fingerprint()


@pytest.mark.parametrize(
    "name",
    [
        "adapters/http.py", "channels/telegram.py", "commands/show.py", "report/page.py", "simulator/rest.py",
        "web/now.py",
    ],
)  # fmt: skip
def test_the_world_around_is_no_part_of_it(copies, name):
    (copies[0] / name).write_text("")
    assert fingerprint_of(*copies) == code_fingerprint()


def test_no_core_may_import_what_is_left_out():
    allowed = [target for row in ROWS if row.split(".")[-1] in CORES and row not in NO_CORES for target in ROWS[row]]
    assert [target for target in allowed if target.split(".")[1:2] and target.split(".")[1] in WORLD] == []
