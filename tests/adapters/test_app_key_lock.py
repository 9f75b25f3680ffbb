"""One daemon for an app key and address on this machine, whatever its data directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kis_actors.adapters import app_key_lock as locks
from kis_actors.adapters.app_key_lock import app_key_lock, is_app_key_taken
from kis_actors.adapters.file_lock import Taken

ROOT = Path(__file__).resolve().parents[2]
URL = "https://kis.example:9443"
KEY = "PS" + "x" * 34
HOLDER = """
import sys
from kis_actors.adapters.app_key_lock import app_key_lock
with app_key_lock(sys.argv[1], sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """A runtime and a temporary directory of the test's own."""
    (tmp_path / "run").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setattr(locks.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    return tmp_path


def test_a_key_in_use_is_taken():
    with app_key_lock(URL, KEY):
        assert is_app_key_taken(URL, KEY)


def test_a_key_is_free_after_leaving():
    with app_key_lock(URL, KEY):
        pass
    assert not is_app_key_taken(URL, KEY)


def test_a_second_holder_is_told_what_to_do():
    with app_key_lock(URL, KEY), pytest.raises(Taken, match="stop it, or use the key of another account"):
        app_key_lock(URL, KEY).__enter__()


@pytest.mark.parametrize(("url", "key"), [(URL, "another"), ("http://127.0.0.1:4711", KEY)])
def test_another_key_or_address_is_free(url, key):
    with app_key_lock(URL, KEY):
        assert not is_app_key_taken(url, key)


def test_a_slash_makes_no_other_address():
    with app_key_lock(URL + "/", KEY):
        assert is_app_key_taken(URL, KEY)


def test_a_service_without_a_runtime_directory_is_found(monkeypatch):
    with app_key_lock(URL, KEY):
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
        assert is_app_key_taken(URL, KEY)


def test_a_service_with_a_temporary_directory_of_its_own_is_found(monkeypatch, tmp_path):
    (tmp_path / "private").mkdir()
    with app_key_lock(URL, KEY):
        monkeypatch.setattr(locks.tempfile, "gettempdir", lambda: str(tmp_path / "private"))
        assert is_app_key_taken(URL, KEY)


def test_files_show_neither_key_nor_address(places):
    with app_key_lock(URL, KEY):
        files = [path for path in places.rglob("*") if path.is_file()]
        assert len(files) == 2
        assert not [path for path in files if KEY in str(path) or "kis.example" in str(path) or path.stat().st_size]


def test_directories_are_for_the_user_alone(places):
    with app_key_lock(URL, KEY):
        made = [path for path in places.glob("*/*") if path.is_dir()]
        assert [path.stat().st_mode & 0o777 for path in made] == [0o700, 0o700]


def test_a_trap_in_the_temporary_directory_is_left_alone(places):
    (places / "elsewhere").mkdir()
    (places / "tmp" / f"kis-actors-{os.geteuid()}").symlink_to(places / "elsewhere")
    with app_key_lock(URL, KEY):
        assert is_app_key_taken(URL, KEY)
        assert list((places / "elsewhere").iterdir()) == []


def test_a_killed_holder_leaves_it_free(places):
    command = [sys.executable, "-c", HOLDER, URL, KEY]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(places / "tmp")},
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        was_taken = is_app_key_taken(URL, KEY)
        holder.kill()
        holder.wait()
    assert (was_taken, is_app_key_taken(URL, KEY)) == (True, False)
