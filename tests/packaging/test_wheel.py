"""The wheel, installed into an environment of its own: it has all that the source tree has, and needs none of it."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from masters import file_of, kosdaq150, kospi100

from kis_actors import __version__

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("kis_actors", "eventlog", "config")
PROJECT = ("setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
KEYS = "credentials.yaml"
"""What `init` makes there, and which is nobody else's."""
WAIT_S = 60


def pip(*words: str) -> None:
    """The environment's own pip, which may not ask an index."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    subprocess.run(command, check=True, timeout=WAIT_S)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left behind in the source tree."""
    tree = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in PROJECT:
        shutil.copy(ROOT / name, tree / name)
    (tree / "config" / KEYS).write_text("my_sec: canary\n", "utf-8")
    pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(tree / "made"), str(tree))
    (made,) = (tree / "made").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `kis-actors` in a new environment, which finds the libraries, and only them, where the tests do."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=os.name == "posix")
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    pip("--python", str(scripts / "python"), "install", "--no-deps", "--no-index", str(wheel))
    packages = next(place.rglob("site-packages"))
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return scripts / "kis-actors"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    """A folder with nothing in it, which stays so."""
    folder = tmp_path / "empty"
    folder.mkdir()
    yield folder
    assert not list(folder.iterdir())


def says(installed: Path, folder: Path, *words: str) -> str:
    """What the installed command prints in `folder`, where no source tree is near."""
    done = subprocess.run(
        [installed, *words], cwd=folder, env=bare(), capture_output=True, text=True, timeout=WAIT_S, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bare() -> dict[str, str]:
    """The environment without what points to the source tree."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


def test_the_wheel_has_every_file_of_the_packages_and_the_settings_but_no_keys(wheel: Path) -> None:
    inside = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    there = {
        ("kis_actors/" if source == "config" else "") + path.relative_to(ROOT).as_posix()
        for source in SOURCES for path in (ROOT / source).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path != ROOT / "config" / KEYS
    }  # fmt: skip
    assert inside == there


def test_the_wheel_says_the_version_of_the_code(wheel: Path) -> None:
    assert wheel.name.startswith(f"kis_actors-{__version__}-")


def test_the_command_says_its_version_and_its_commands(installed: Path, empty: Path) -> None:
    assert says(installed, empty, "--version").split() == ["kis-actors,", "version", __version__]
    assert "demo" in says(installed, empty, "--help")


def test_the_settings_that_come_along_are_sound(installed: Path, empty: Path) -> None:
    said = says(installed, empty, "check-config", "--rules")
    assert "config/settings.yaml: ok" in said
    assert "0 failed" in said


def test_the_universe_comes_along(installed: Path, empty: Path) -> None:
    assert "KOSPI 100" in says(installed, empty, "universe", "show").splitlines()[-1]


def test_an_update_of_the_universe_leaves_the_installed_one_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "kospi.mst").write_bytes(file_of(*kospi100()))
    (tmp_path / "kosdaq.mst").write_bytes(file_of(*kosdaq150()))
    said = says(installed, tmp_path, "universe", "update", "--kospi", "kospi.mst", "--kosdaq", "kosdaq.mst")
    assert f"config{os.sep}universe.csv: 250 stocks" in said.splitlines()[-1]
    assert said.splitlines()[-1].startswith("config")
    assert says(installed, tmp_path, "universe", "show").splitlines()[-1].startswith("config")


def test_the_demo_runs_from_an_empty_folder(installed: Path, empty: Path, tmp_path: Path) -> None:
    command = [installed, "demo", "--speed", "600", "--data-dir", tmp_path / "day"]
    with subprocess.Popen(command, cwd=empty, env=bare(), stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        alert = next((line for line in demo.stdout if line.startswith("[이격도")), "none")
        demo.send_signal(signal.SIGINT)
        summary = demo.stdout.read()
    assert (alert.startswith("[이격도"), demo.returncode) == (True, 0)
    assert "log" in summary
