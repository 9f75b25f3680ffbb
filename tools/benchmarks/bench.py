"""What a subject needs to measure: how many rounds, how much work, a folder, and contenders in other processes."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from environment import ROOT, has, python_of

from benchmarks.children import Child, contender_in
from benchmarks.days import Days, PlayedDay
from benchmarks.rounds import Absent, Contender, Race, Tell, race

PEERS_LOCK = "tools/benchmarks/peers.lock"
PEERS_VENV = ROOT / ".venv-peers"
ROUNDS = 7
QUICK_ROUNDS = 5
T = TypeVar("T")


class Bench:
    """Handed to each subject; what it started ends with it. folder: empty, and gone afterwards."""

    def __init__(self, *, is_quick: bool, folder: Path, days: Days, tell: Tell, closing: ExitStack) -> None:
        self.is_quick, self.folder, self.tell = is_quick, folder, tell
        self._days = days
        self.rounds = QUICK_ROUNDS if is_quick else ROUNDS
        self._closing = closing

    def pick(self, *, full: T, quick: T) -> T:
        """How much of something."""
        return quick if self.is_quick else full

    def killed_day(self, frames: int) -> PlayedDay:
        """About the first `frames` of a million-frame day, as `kill -9` leaves it. Others use it too: leave it so."""
        return self._days.killed(frames, self.tell)

    def closed_day(self, frames: int) -> PlayedDay:
        """The same after a clean end."""
        return self._days.closed(frames, self.tell)

    def race(self, unit: str, ours: Contender, *others: Contender | Absent, rounds: int = 0) -> Race:
        """The usual number of rounds of each, or so many, in turns. unit: frames/s and the like, or s."""
        return race(unit, rounds or self.rounds, self.tell, ours, *others)

    def child(self, module: str, *arguments: str) -> Child:
        """`python -m module arguments` in the product's environment."""
        return self._closing.enter_context(Child(sys.executable, module, arguments))

    def contender(self, name: str, module: str, *arguments: str) -> Contender | Absent:
        """A module that serves rounds, in a process of its own in the product's environment."""
        return contender_in(self.child(module, *arguments), name)

    def peer(self, name: str, module: str, *arguments: str) -> Contender | Absent:
        """The same in the peers' environment: `module` of benchmarks.peers. Absent, if that is not there."""
        if not has(PEERS_LOCK, PEERS_VENV):
            return Absent(name, f"{PEERS_VENV.name} is not there; ./tools/bench without --quick builds it")
        python = str(python_of(PEERS_VENV))
        child = self._closing.enter_context(Child(python, f"benchmarks.peers.{module}", arguments))
        return contender_in(child, name)
