"""What a disk may hold after a loss of power, worked out from the operations that were recorded before it.

A write that was not synced may be there, be missing, be there in part, or only have made its file longer: each by
itself, which is any order of writing. A name is there for sure once its directory was synced; until then the changes of
one directory are there up to any one of them. Sectors are written whole or not at all, as SQLite assumes.
"""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from random import Random
from typing import NamedTuple, Union

from .trace import Operation

SECTOR_BYTES = 512
NOT_ON_DISK = "-shm"
"""SQLite's index of its write-ahead log lives in memory, and is made anew by whoever comes first."""

Node = Union["File", "Folder"]
State = dict[str, bytes | None]
"""What is there, by path below the root; None is a folder."""


class Write(NamedTuple):
    """A change of a file: bytes at an offset; or, without any, its new length."""

    at: int
    data: bytes


class File:
    """What it holds for sure, and what was written since its last sync."""

    def __init__(self) -> None:
        self.sure = bytearray()
        self.loose: list[Write] = []

    def sync(self) -> None:
        """All of it is for sure now."""
        for one in self.loose:
            _apply(self.sure, one)
        self.loose = []

    def whole(self) -> bytes:
        """What a process reads in it."""
        content = bytearray(self.sure)
        for one in self.loose:
            _apply(content, one)
        return bytes(content)

    def cut(self, chance: Random) -> bytes:
        """What may be there if the power goes now."""
        content = bytearray(self.sure)
        fate = chance.choice(("any", "any", "first", "all", "none")) if self.loose else "none"
        reached = chance.randrange(len(self.loose) + 1)
        for number, one in enumerate(self.loose):
            is_among = number < reached if fate == "first" else chance.random() < 0.5
            if fate == "all" or (is_among and fate != "none"):
                _apply(content, one)
            elif fate in ("any", "first") and number == reached:
                _tear(content, one, chance)
        return bytes(content)


class Change(NamedTuple):
    """The names in a folder from one moment to the next, both or neither of a renaming. None: gone."""

    names: dict[str, Node | None]


class Folder:
    """The names it has, those it has for sure, and what changed since its last sync."""

    def __init__(self) -> None:
        self.now: dict[str, Node] = {}
        self.sure: dict[str, Node] = {}
        self.loose: list[Change] = []

    def change(self, names: dict[str, Node | None]) -> None:
        """From now on."""
        self.loose.append(Change(names))
        _rename(self.now, names)

    def sync(self) -> None:
        """All of its names are for sure now."""
        self.sure, self.loose = dict(self.now), []

    def whole(self, prefix: str = "") -> State:
        """What a process finds in it and below."""
        state: State = {}
        for name, node in self.now.items():
            state |= {f"{prefix}{name}": None if isinstance(node, Folder) else node.whole()}
            state |= node.whole(f"{prefix}{name}/") if isinstance(node, Folder) else {}
        return state

    def cut(self, chance: Random, prefix: str = "") -> State:
        """What may be there of it, and below it, if the power goes now."""
        names = dict(self.sure)
        for change in self.loose[: chance.choice((0, len(self.loose), chance.randint(0, len(self.loose))))]:
            _rename(names, change.names)
        state: State = {}
        for name, node in names.items():
            if isinstance(node, Folder):
                state |= {f"{prefix}{name}": None} | node.cut(chance, f"{prefix}{name}/")
            else:
                state[f"{prefix}{name}"] = node.cut(chance)
        return state


class Disk:
    """What is below `root`, which is there for sure and empty at first, while the recorded operations happen."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.top = Folder()
        self._open: dict[int, Node] = {}

    def do(self, one: Operation) -> None:
        """The next operation."""
        if one.kind in "oc":
            self._open[one.fd] = self._opened(one)
        elif one.kind in "undm":
            self._name(one)
        elif one.kind == "x":
            self._open.pop(one.fd)
        elif one.kind == "s":
            self._open[one.fd].sync()
        elif one.kind in "wt":
            file = self._open[one.fd]
            assert isinstance(file, File)
            file.loose.append(Write(one.at, one.data))

    def loose(self) -> int:
        """How many changes are not there for sure."""
        return _loose_in(self.top)

    def _opened(self, one: Operation) -> Node:
        folder, name = self._place(one.path)
        node = folder.now.get(name) if name else self.top
        if node is None:
            node = File()
            if not name.endswith(NOT_ON_DISK):
                folder.change({name: node})
        if one.at and isinstance(node, File):
            node.loose.append(Write(0, b""))
        return node

    def _name(self, one: Operation) -> None:
        folder, name = self._place(one.path)
        if one.kind == "m":
            folder.change({name: Folder()})
        elif one.kind != "n":
            folder.change({name: None} if name in folder.now else {})
        else:
            other, new_name = self._place(one.data.decode())
            assert other is folder, "a renaming from one folder to another is not known here yet"
            folder.change({name: None, new_name: folder.now[name]})

    def _place(self, path: str) -> tuple[Folder, str]:
        folder, parts = self.top, PurePosixPath(path).relative_to(self._root).parts
        for part in parts[:-1]:
            below = folder.now[part]
            assert isinstance(below, Folder)
            folder = below
        return folder, parts[-1] if parts else ""


def materialise(state: State, root: Path) -> None:
    """Puts the state into the empty directory `root`."""
    for path, content in sorted(state.items()):
        if content is None:
            (root / path).mkdir()
        else:
            (root / path).write_bytes(content)


def _loose_in(node: Node) -> int:
    below: Iterable[Node] = node.now.values() if isinstance(node, Folder) else ()
    return len(node.loose) + sum(map(_loose_in, below))


def _rename(names: dict[str, Node], change: dict[str, Node | None]) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _apply(content: bytearray, one: Write) -> None:
    if not one.data:
        _lengthen(content, one.at)
        del content[one.at :]
        return
    _lengthen(content, one.at)
    content[one.at : one.at + len(one.data)] = one.data


def _lengthen(content: bytearray, bytes_min: int) -> None:
    content.extend(bytes(max(0, bytes_min - len(content))))


def _tear(content: bytearray, one: Write, chance: Random) -> None:
    """Some sectors of it; or none, but the file is as long as with them."""
    if chance.random() < 0.5:
        _lengthen(content, one.at + len(one.data))
    starts = range(one.at - one.at % SECTOR_BYTES, one.at + len(one.data), SECTOR_BYTES)
    share = chance.random()
    for start in starts:
        if chance.random() < share:
            first, last = max(start, one.at), min(start + SECTOR_BYTES, one.at + len(one.data))
            _apply(content, Write(first, one.data[first - one.at : last - one.at]))
