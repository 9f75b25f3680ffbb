"""The child's side of `children.py`: does a round for each line it hears. Needs nothing but Python's own."""

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from typing import TextIO


def serve(amount: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> None:
    """Rounds of `work`, each of `amount` units, until there are no more lines."""

    def take() -> float:
        began = clock()
        work()
        return clock() - began

    serve_rounds(amount, take)


def serve_rounds(amount: int, take: Callable[[], float]) -> None:
    """Rounds that time themselves."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    _answer(answers, {"amount": amount})
    for _ in sys.stdin:
        gc.collect()
        _answer(answers, take())


def _answer(answers: TextIO, value: object) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()
