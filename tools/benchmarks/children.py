"""Contenders in a process of their own, such as a peer in its own environment: told over a pipe to do one round.

The child's side is `serving.py`. A line each way: what the child did not expect ends it, and then us.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from environment import ROOT

from benchmarks.rounds import Absent, Contender

ENDS_WITHIN_S = 10
WORDS_MAX = 300


class ChildFailed(Exception):
    """A child ended, or said something else than an answer."""


class Child:
    """A process that answers a line with a line; a context manager that ends it."""

    def __init__(self, python: str, module: str, arguments: Sequence[str]) -> None:
        variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tools"), str(ROOT)])}
        self._module = module
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the child
        self._process = subprocess.Popen(
            [python, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._said, text=True, env=variables, cwd=ROOT,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def ask(self, word: str) -> Any:
        """What it answers, from JSON. Raises ChildFailed."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()
        except OSError:
            raise ChildFailed(self._last_words()) from None
        return self.hear()

    def hear(self) -> Any:
        """Its next line, from JSON. Raises ChildFailed."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        try:
            return json.loads(line)
        except ValueError:
            raise ChildFailed(f"{line.strip()} {self._last_words()}".strip()) from None

    def _last_words(self) -> str:
        self._end(patience_s=1)  # it may be on its way out
        self._said.seek(0)
        words = self._said.read().strip().splitlines() or [f"{self._module} ended with {self._process.returncode}"]
        return words[-1][:WORDS_MAX]

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        """An end of its input is its sign to go."""
        self._end(patience_s=ENDS_WITHIN_S)
        self._said.close()

    def _end(self, patience_s: float) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def contender_in(child: Child, name: str) -> Contender | Absent:
    """A child that serves rounds. Absent, if it ends before the first: it lacks a package, most of all."""
    try:
        about = child.hear()
    except ChildFailed as error:
        return Absent(name, str(error))
    return Contender(name, about["amount"], lambda: float(child.ask("round")))
