"""Today's code reads every log ever released: small days, recorded by the version and in the format their folder names.

`tests/golden/record.py` records one; none is ever changed.
"""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from eventlog.day import HOT, SEALED
from eventlog.schema import FORMAT
from kis_actors import __version__
from kis_actors.cli import cli
from kis_actors.cores import CORES
from kis_actors.day_files import open_day
from kis_actors.recovery import records_in
from kis_actors.units import log_day_of

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = sorted(one.parent.name for one in GOLDEN.glob("*/*.db"))
EXPORTS = [("csv", "ticks"), ("jsonl", "events"), ("csv", "alerts"), ("jsonl", "scans")]


@pytest.fixture(params=[(version, kind) for version in VERSIONS for kind in (HOT, SEALED)], ids="".join)
def path(request, tmp_path):
    """A recorded day, in a data directory of its own."""
    version, kind = request.param
    folder = GOLDEN / version
    (recorded,) = folder.glob(f"*{kind}")
    (tmp_path / "events").mkdir()
    beside = (f"{recorded.name}.json",) if kind == SEALED else (f"{recorded.stem}.mark",)
    for name in (recorded.name, *beside):
        shutil.copyfile(folder / name, tmp_path / "events" / name)
    return tmp_path / "events" / recorded.name


def said(path: Path, command: str, *words: str) -> tuple[int, str]:
    config = path.parents[1] / "settings.yaml"
    config.write_text("{}", "utf-8")
    shared = ["--config", str(config), "--data-dir", str(path.parents[1])]
    result = CliRunner().invoke(cli, [command, path.stem, *words, *shared], catch_exceptions=False)
    return result.exit_code, result.stdout


def test_this_version_has_a_recorded_day():
    assert f"{__version__}-format-{FORMAT}" in VERSIONS, "PYTHONPATH=. python tests/golden/record.py"


def test_it_is_whole(path):
    status, text = said(path, "verify")
    assert status == 0, text


def test_every_record_is_read(path):
    records = list(records_in(path))
    assert [record.seq for record in records] == list(range(1, len(records) + 1)) and len(records) > 300


def test_it_is_replayed(path):
    """Rules may decide otherwise today; that is told, and no failure."""
    status, text = said(path, "replay", "--json")
    told = json.loads(text)
    assert (status, told["damage"]) == (0 if told["identical"] else 1, "") and told["records"] > 300


def test_its_state_is_rebuilt(path):
    status, text = said(path, "state", "--json")
    assert (status, json.loads(text)["seq"]) == (0, list(records_in(path))[-1].seq)


def test_its_alerts_are_told(path):
    status, text = said(path, "alerts", "--json")
    assert status == 0 and "disparity_threshold" in [json.loads(line)["rule"] for line in text.splitlines()]


def test_its_events_are_shown(path):
    status, text = said(path, "events", "--json")
    assert status == 0 and {"FrameReceived", "AlertDecided"} <= {json.loads(line)["type"] for line in text.splitlines()}


@pytest.mark.skipif("export" not in cli.commands, reason="no command export")
@pytest.mark.parametrize(("form", "what"), EXPORTS)
def test_it_is_exported(path, tmp_path, form, what):
    out = tmp_path / f"{what}.{form}"
    status, text = said(path, "export", "--format", form, "--what", what, "--out", str(out))
    assert status == 0, text
    assert out.read_bytes()


def test_the_daemon_goes_on_with_it(path):
    if path.suffix == HOT:
        day = log_day_of(next(iter(records_in(path))).at)
        assert open_day(path.parents[1], day, CORES, "normal").states.keys() == {core.name for core in CORES}
