"""Nothing that only POSIX has is needed: all of it runs where Windows' gaps are made (`like_windows.py`)."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 60
ALL_IMPORTED = """
import importlib, os, pkgutil, sys
assert sys.modules["fcntl"] is None and not hasattr(os, "geteuid")
import eventlog, kis_actors
for package in (eventlog, kis_actors):
    for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not one.name.endswith("__main__"):
            importlib.import_module(one.name)
            print(one.name)
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has these gaps of itself")


@pytest.fixture
def gaps(tmp_path: Path) -> dict[str, str]:
    """An environment whose every Python lacks what Windows lacks."""
    folder = tmp_path / "gaps"
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("like_windows.py"), folder / "sitecustomize.py")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def test_every_module_is_imported(gaps: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALL_IMPORTED], env=gaps, capture_output=True, text=True, timeout=WAIT_S, check=False
    )  # fmt: skip
    assert done.stderr == ""
    modules = [path for name in ("kis_actors", "eventlog") for path in (ROOT / name).rglob("*.py")]
    runnable = [path for path in modules if path.name == "__main__.py"]
    packages = 2  # whose own __init__ is imported before
    assert len(done.stdout.splitlines()) == len(modules) - packages - len(runnable)


def test_the_demo_runs_and_is_alone(gaps: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kis_actors", "demo", "--speed", "600", "--data-dir", str(tmp_path / "day")]
    with subprocess.Popen(command, cwd=ROOT, env=gaps, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        alert = next((line for line in demo.stdout if line.startswith("[이격도")), "none")
        second = _said(tmp_path / "day" / "settings.yaml", gaps, "run")
        settings = (tmp_path / "day" / "settings.yaml").read_bytes()
        again = subprocess.run(command, cwd=ROOT, env=gaps, capture_output=True, text=True, timeout=60)
        assert (again.returncode, (tmp_path / "day" / "settings.yaml").read_bytes()) == (75, settings), again.stderr
        examined = _said(tmp_path / "day" / "settings.yaml", gaps, "doctor", "--offline")
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
    assert alert.startswith("[이격도")
    assert (demo.returncode, examined.returncode) == (0, 0), examined.stdout + examined.stderr
    assert (second.returncode, "is in use by a running daemon" in second.stderr) == (75, True)


def test_the_watch_page_serves_and_ends_on_request(gaps: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kis_actors", "web", "--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=gaps, stdout=subprocess.PIPE, text=True) as page:
        assert page.stdout is not None
        assert page.stdout.readline().startswith("watch page: http://127.0.0.1:")
        page.send_signal(signal.SIGINT)
        assert page.wait(WAIT_S) == 0


def test_init_sets_up_and_doctor_agrees(gaps: dict[str, str], tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    keys = {"KIS_APP_KEY": "PSexampleOfOtherSystems", "KIS_APP_SECRET": "example"}
    command = [sys.executable, "-m", "kis_actors", "init", "--yes", "--offline"]
    done = subprocess.run(
        command, cwd=project, env=gaps | keys, capture_output=True, text=True, timeout=WAIT_S, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "config" / "credentials.yaml").exists()
    assert "mode 0600" not in done.stdout


def _said(settings: Path, gaps: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kis_actors", *words, "--config", str(settings)]
    return subprocess.run(command, cwd=ROOT, env=gaps, capture_output=True, text=True, timeout=WAIT_S, check=False)
