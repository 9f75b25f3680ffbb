"""Builds and finds the project's own virtual environment; for the commands in this folder.

Uses only what Python itself brings, and installs only what the lock files name, checked by hash.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
BUILD_WAIT_S = 600


def python_with(lock_name):
    """The interpreter of an environment that holds everything `lock_name` asks for; built or completed if need be."""
    stamp = VENV / (lock_name + ".installed")
    wanted = _fingerprint(ROOT / lock_name)
    if not _says(stamp, wanted):
        _refuse_an_old_python()
        with _OneBuilderAtATime():
            if not _says(stamp, wanted):
                _install(lock_name)
                stamp.write_text(wanted)
    return str(PYTHON)


def environment():
    """Variables under which the project's packages are found, whatever directory the caller is in."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def run(command):
    """Runs `command` in this process's place (or, on Windows, under it); its exit status becomes ours."""
    if os.name == "nt":
        sys.exit(subprocess.call(command, env=environment()))
    os.execve(command[0], command, environment())


def _refuse_an_old_python():
    if sys.version_info < OLDEST:
        version = sys.version.split()[0]
        sys.exit(f"kis-actors needs Python 3.11 or newer; this is {version}. Try: python3.11 {sys.argv[0]}")


def _fingerprint(lock):
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _says(stamp, wanted):
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted


def _install(lock_name):
    print(f"kis-actors: preparing .venv from {lock_name} (only the first time) ...", file=sys.stderr)
    if not PYTHON.exists() or not _same_version():
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", str(VENV)])
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.call([*pip, "-r", str(ROOT / lock_name)]):
        sys.exit(f"kis-actors: could not install {lock_name}; check the network and package index, then try again")


def _same_version():
    answer = subprocess.run([str(PYTHON), "-c", "import sys; print(sys.version)"], capture_output=True, text=True)
    return answer.stdout.strip() == sys.version.strip()


class _OneBuilderAtATime:
    """Two first calls at once: the second waits for the first. A folder is made or not made, on every system."""

    def __enter__(self):
        deadline = time.monotonic() + BUILD_WAIT_S
        while not self._taken():
            if time.monotonic() > deadline:
                sys.exit(f"kis-actors: another call seems to be preparing .venv; if none is, remove {self.path}")
            time.sleep(0.2)

    def __exit__(self, *_):
        self.path.rmdir()

    path = ROOT / ".venv.building"

    def _taken(self):
        try:
            self.path.mkdir()
        except FileExistsError:
            return False
        return True
