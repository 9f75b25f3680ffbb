"""The manifest beside a file that is sealed: what is in it, in words that need no SQLite to be read.

Written last, so that a sealed file is whole if it has one; it also takes the place of the high-water mark.
"""

import os
from hashlib import file_digest
from pathlib import Path

import msgspec
from msgspec import Struct

from eventlog.mark import Mark
from eventlog.store import sync_directory


class Manifest(Struct, frozen=True, kw_only=True):
    """made_of: the day file's name. chains, sha256: in hex. events: rows by name and version. bytes: of the file."""

    made_of: str
    made_by: str
    first_seq: int
    last_seq: int
    chain_before: str
    chain: str
    rows: int
    events: dict[str, int]
    bytes: int
    sha256: str

    @property
    def end(self) -> Mark:
        """Where the day's log ends."""
        return Mark(self.last_seq, bytes.fromhex(self.chain))


def manifest_path_of(path: Path) -> Path:
    """Where the manifest of the sealed file `path` is."""
    return path.with_name(f"{path.name}.json")


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Puts it beside the sealed file `path`, whole or not at all. Raises OSError."""
    unfinished = path.with_name(f"{path.name}.json.new")
    with unfinished.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(manifest_path_of(path))
    sync_directory(path.parent)


def read_manifest(path: Path) -> Manifest | None:
    """The manifest of the sealed file `path`; None if it has none. Raises ValueError if it cannot be read."""
    try:
        return msgspec.json.decode(manifest_path_of(path).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise ValueError(f"{manifest_path_of(path)}: expected a manifest: {error}") from None


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes. Never of a file that is written: see store.py."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
