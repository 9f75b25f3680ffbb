"""Which code this is: what other code made of a log, this one may not make of it."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import eventlog

WORLD = ("adapters", "channels", "commands", "report", "simulator", "web")
"""Folders that no core may import, and so no state depends on."""


@cache
def code_fingerprint() -> str:
    """Of the code that is running, as it was when first asked."""
    return fingerprint_of(Path(__file__).parent, Path(eventlog.__file__).parent)


def fingerprint_of(*packages: Path) -> str:
    """The same for the same source of everything that a turn may run through, whatever its version is called."""
    digest = sha256()
    for package in packages:
        for source in sorted(package.rglob("*.py")):
            name = source.relative_to(package)
            if name.parts[0] not in WORLD:
                digest.update(f"{name} {source.stat().st_size} ".encode() + source.read_bytes())
    return digest.hexdigest()
