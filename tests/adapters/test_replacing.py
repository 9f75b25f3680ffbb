"""A file is replaced whole or not at all, and the one before is kept beside it."""

import stat
from datetime import date
from pathlib import Path

import pytest

from kis_actors import portable
from kis_actors.adapters import replacing
from kis_actors.adapters.replacing import replace_file
from kis_actors.portable import put

DAY = date(2026, 11, 20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "universe.csv"
    file.write_text("old", "utf-8")
    return file


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir())


def test_a_replaced_file_keeps_its_mode(path: Path) -> None:
    path.chmod(0o640)
    kept = replace_file(path, "new", DAY)
    assert kept
    assert (mode_of(path), mode_of(kept)) == (0o640, 0o640)


def test_a_private_file_and_what_is_kept_of_it_are_private(path: Path) -> None:
    path.chmod(0o644)
    kept = replace_file(path, "new", DAY, is_private=True)
    assert kept
    assert (mode_of(path), mode_of(kept), kept.read_text("utf-8")) == (0o600, 0o600, "old")


def test_a_new_file_replaces_none(tmp_path: Path) -> None:
    assert replace_file(tmp_path / "new" / "universe.csv", "new", DAY) is None
    assert names_in(tmp_path / "new") == ["universe.csv"]


def test_no_copy_is_ever_overwritten(path: Path) -> None:
    assert [replace_file(path, text, DAY) for text in ("one", "one", "two")] == [
        path.with_name("universe.2026-11-20.csv"), None, path.with_name("universe.2026-11-20.2.csv"),
    ]  # fmt: skip


def test_trouble_leaves_the_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(replacing, "put", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, "new", DAY)
    assert (path.read_text("utf-8"), "universe.new" in names_in(path.parent)) == ("old", False)


def test_a_reader_on_windows_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals, replace = iter([PermissionError, PermissionError]), Path.replace

    def reluctant(self: Path, target: Path) -> Path:
        if refusal := next(refusals, None):
            raise refusal
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", reluctant)
    monkeypatch.setattr(portable, "IS_WINDOWS", True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text("new", "utf-8")
    put(unfinished, path)
    assert path.read_text("utf-8") == "new"
