"""Builds and speaks to shim.c, which stands between this process and its file operations below one directory."""

import ctypes
import os
import shutil
import subprocess
import sys
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")
LOADED = "KIS_ACTORS_FAULT_SHIM"
"""Where the library is that this process was started with."""

CHANGES = "cwtsunmd"
"""Operations that change a disk, by the letters of shim.c; being killed before any other is the same as after it."""
ANY = CHANGES + "or"
SPACE = "cwsnm"
"""What fails on a full disk: making things, writing, and the sync that finds no room for what was written."""


class Fate(IntEnum):
    """What happens to an operation; as in shim.c."""

    NOTHING = 0
    KILL = 1
    TEAR = 2
    FAIL = 3
    SHORTEN = 4


class NoShim(Exception):
    """The library cannot be built here; says why, and what to do."""


def built_in(folder: Path) -> Path:
    """The library, compiled into `folder`. Raises NoShim."""
    if sys.platform != "linux":
        raise NoShim(f"file operations are caught on Linux only, and this is {sys.platform}")
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoShim("catching file operations needs a C compiler: install gcc and libc6-dev")
    library = folder / "shim.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-lpthread"]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        raise NoShim(f"{compiler} cannot compile {SOURCE.name}: {made.stderr.strip()}")
    return library


def environment_with(library: Path) -> dict[str, str]:
    """Variables under which a process has the library between itself and its files."""
    return {**os.environ, "LD_PRELOAD": str(library), LOADED: str(library)}


def is_loaded() -> bool:
    """Whether this process was started with the library."""
    return LOADED in os.environ


class Shim:
    """The library in this process, which was started with it. Children made by fork have their own."""

    def __init__(self) -> None:
        self._library = library = ctypes.CDLL(os.environ[LOADED])
        library.fault_plan.argtypes = [
            ctypes.c_char_p, ctypes.c_long, ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_long,
        ]  # fmt: skip
        library.fault_note.argtypes = [ctypes.c_long, ctypes.c_char_p, ctypes.c_size_t]
        library.fault_seen.restype = ctypes.c_long

    def watch(self, directory: Path) -> None:
        """Only operations below `directory` are caught."""
        self._library.fault_watch(str(directory).encode())

    def plan(
        self, kinds: str, fate: Fate = Fate.NOTHING, *, first: int = 0, last: int = 0, error: int = 0, part: float = 0.0
    ) -> None:
        """Counts the operations of `kinds` from 0 on; those from `first` to `last` meet their fate.

        part: of the bytes of a write, how many are written when it is torn or shortened.
        """
        self._library.fault_plan(kinds.encode(), first, last, fate, error, round(part * 1000))

    def seen(self) -> int:
        """How many operations were counted."""
        return int(self._library.fault_seen())

    def trace(self, descriptor: int, *, is_everything: bool) -> None:
        """Writes what happens to a file that is open; else only the notes."""
        self._library.fault_trace(descriptor, int(is_everything))

    def sync(self, *, is_real: bool) -> None:
        """Whether syncs are carried out, or only counted and recorded."""
        self._library.fault_sync(int(is_real))

    def note(self, number: int, data: bytes) -> None:
        """Puts a note into the trace, between the operations before and after it."""
        self._library.fault_note(number, data, len(data))
