"""Builds and finds the project's own virtual environment, and that of its peers; for the commands in this folder.

Uses only what Python itself brings, and installs only what the lock files name, checked by hash.
"""

from __future__ import annotations  # an older Python is to hear what it lacks

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
BUILD_WAIT_S = 600


def python_with(lock_name: str, venv: Path = VENV) -> str:
    """The interpreter of an environment that holds everything `lock_name` asks for; built or completed if need be."""
    if not has(lock_name, venv):
        _refuse_an_old_python()
        with _OneBuilderAtATime(venv):
            if not has(lock_name, venv):
                _install(lock_name, venv)
                _stamp(lock_name, venv).write_text(_fingerprint(ROOT / lock_name))
    return str(python_of(venv))


def has(lock_name: str, venv: Path = VENV) -> bool:
    """Whether the environment is there and complete."""
    stamp = _stamp(lock_name, venv)
    return python_of(venv).exists() and stamp.exists() and stamp.read_text() == _fingerprint(ROOT / lock_name)


def python_of(venv: Path) -> Path:
    """Where the interpreter of an environment is, or would be."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment() -> dict[str, str]:
    """Variables under which the project's packages are found, whatever directory the caller is in."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def run(command: list[str]) -> NoReturn:
    """Runs `command` in this process's place (or, on Windows, under it); its exit status becomes ours."""
    if os.name == "nt":
        sys.exit(subprocess.call(command, env=environment()))
    os.execve(command[0], command, environment())


def _refuse_an_old_python() -> None:
    if sys.version_info < OLDEST:
        version = sys.version.split()[0]
        sys.exit(f"kis-actors needs Python 3.11 or newer; this is {version}. Try: python3.11 {sys.argv[0]}")


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _stamp(lock_name: str, venv: Path) -> Path:
    return venv / f"{Path(lock_name).name}.installed"


def _install(lock_name: str, venv: Path) -> None:
    print(f"kis-actors: preparing {venv.name} from {lock_name} (only the first time) ...", file=sys.stderr)
    python = str(python_of(venv))
    if not python_of(venv).exists() or not _is_same_version(python):
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", str(venv)])
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.call([*pip, "-r", str(ROOT / lock_name)]):
        sys.exit(f"kis-actors: could not install {lock_name}; check the network and package index, then try again")


def _is_same_version(python: str) -> bool:
    answer = subprocess.run([python, "-c", "import sys; print(sys.version)"], capture_output=True, text=True)
    return answer.stdout.strip() == sys.version.strip()


class _OneBuilderAtATime:
    """Two first calls at once: the second waits for the first. A folder is made or not made, on every system."""

    def __init__(self, venv: Path) -> None:
        self._venv = venv
        self._path = venv.with_name(f"{venv.name}.building")

    def __enter__(self) -> None:
        deadline = time.monotonic() + BUILD_WAIT_S
        while not self._taken():
            if time.monotonic() > deadline:
                name = self._venv.name
                sys.exit(f"kis-actors: another call seems to be preparing {name}; if none is, remove {self._path}")
            time.sleep(0.2)

    def __exit__(self, *_: object) -> None:
        self._path.rmdir()

    def _taken(self) -> bool:
        try:
            self._path.mkdir()
        except FileExistsError:
            return False
        return True
