"""What has to be true of a log after any fault: nothing promised is lost, nothing is broken, nobody cries wolf."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise, takewhile
from pathlib import Path
from typing import NamedTuple

from eventlog.day import days_in, path_of
from eventlog.mark import Mark
from eventlog.store import Reader
from eventlog.verdict import verdict_on
from kis_actors.commands import log_care
from kis_actors.messages import NAMES, LinkOpened, LinkReleased

from .story import ACTOR, LASTING, TOLD

OPENED, RELEASED = NAMES[LinkOpened][0], NAMES[LinkReleased][0]


class Said(NamedTuple):
    """What a writer promised, in order, and the last record that a person was told of."""

    promises: tuple[Mark, ...] = ()
    lasting: tuple[Mark, ...] = ()
    told_seq: int = 0

    @property
    def last(self) -> tuple[int, int]:
        """How much was said."""
        return len(self.lasting), self.told_seq

    def after(self, notes: Iterable[tuple[int, bytes]]) -> "Said":
        """With what these notes say."""
        promises, lasting, told_seq = list(self.promises), list(self.lasting), self.told_seq
        for seq, data in notes:
            if data == TOLD:
                told_seq = seq
                continue
            mark = Mark(seq, data[1:])
            promises.append(mark)
            if data[:1] == LASTING:
                lasting.append(mark)
        return Said(tuple(promises), tuple(lasting), told_seq)


def what_is_wrong(data_dir: Path, kept: Sequence[Mark], told_seq: int, *, is_settled: bool = True) -> Iterator[str]:
    """Every broken promise, as a sentence. kept: the commits that must be there, in order.

    is_settled: a start has come after the fault, so that nothing waits to be decided.
    """
    paths = [path_of(data_dir, day) for day in days_in(data_dir)]
    mark = None
    for path in paths:
        verdict = verdict_on(path)
        if finding := verdict.finding:
            yield f"{path.name}: record {finding.seq}: {finding.what}"
            return
        mark = verdict.mark
    for before, path in pairwise(paths):
        yield from log_care._continuation(before, path)
    try:
        with ExitStack() as stack:
            readers = [stack.enter_context(Reader(path)) for path in paths]
            yield from _lost(readers, kept)
            yield from _decided_otherwise(readers, is_settled)
    except sqlite3.DatabaseError as error:
        yield f"verify finds nothing, but it cannot be read: {error}"
    if told_seq and (mark is None or mark.seq < told_seq):
        yield f"a person was told of record {told_seq}, but the mark is {mark and mark.seq}"


def _lost(readers: list[Reader], kept: Sequence[Mark]) -> Iterator[str]:
    """A commit's chain is a hash over all that was before it, so that the last one found proves those before it."""
    missing = list(takewhile(lambda one: not any(reader.has_commit(*one) for reader in readers), reversed(kept)))
    if missing:
        yield f"{len(missing)} promised commits are lost, the first of them at record {missing[-1].seq}"


def _decided_otherwise(readers: list[Reader], is_settled: bool) -> Iterator[str]:
    """Decisions lost or made twice."""
    rows = [row for reader in readers for row in reader.rows(types=(OPENED, RELEASED))]
    opened = [row.seq for row in rows if row.type == OPENED]
    answered = [row.cause for row in rows if row.type == RELEASED and row.stream == ACTOR.name]
    waiting = [] if is_settled else [seq for seq in opened if seq not in answered]
    if sorted(answered + waiting) != opened:
        yield f"decided on {sorted(answered)}, but what came in was {opened}"
