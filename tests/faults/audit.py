"""What has to be true of a log after any fault: nothing promised is lost, nothing is broken, nobody cries wolf."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from eventlog.day import days_in, path_of
from eventlog.mark import Mark, read_mark
from eventlog.store import Reader
from eventlog.verdict import verdict_on
from kis_actors.commands import log_care
from kis_actors.messages import LinkOpened, LinkReleased
from kis_actors.recovery import records_in

from .story import ACTOR, LASTING, TOLD


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


def what_is_wrong(data_dir: Path, kept: Iterable[Mark], told_seq: int, *, is_settled: bool = True) -> Iterator[str]:
    """Every broken promise, as a sentence. kept: the commits that must be there.

    is_settled: a start has come after the fault, so that nothing waits to be decided.
    """
    paths = [path_of(data_dir, day) for day in days_in(data_dir)]
    for path in paths:
        if finding := verdict_on(path).finding:
            yield f"{path.name}: record {finding.seq}: {finding.what}"
            return
    yield from _lost(paths, kept)
    yield from _torn_apart(paths, is_settled)
    mark = read_mark(paths[-1]) if paths else None
    if told_seq and (mark is None or mark.seq < told_seq):
        yield f"a person was told of record {told_seq}, but the mark is {mark and mark.seq}"


def _lost(paths: list[Path], kept: Iterable[Mark]) -> Iterator[str]:
    there: set[tuple[int, bytes]] = set()
    for path in paths:
        with Reader(path) as reader:
            there.update((rows[-1].seq, chain) for rows, chain in reader.commits())
    missing = [commit.seq for commit in kept if commit not in there]
    if missing:
        yield f"{len(missing)} promised commits are lost, the first of them at record {missing[0]}"


def _torn_apart(paths: list[Path], is_settled: bool) -> Iterator[str]:
    """Files that do not go on where the one before ends, and decisions lost or made twice."""
    for before, path in pairwise(paths):
        yield from log_care._continuation(before, path)
    opened: list[int] = []
    answered: list[int] = []
    for path in paths:
        for record in records_in(path):
            if isinstance(record.event, LinkOpened):
                opened.append(record.seq)
            elif isinstance(record.event, LinkReleased) and record.stream == ACTOR.name:
                answered.append(record.cause)
    waiting = [] if is_settled else [seq for seq in opened if seq not in answered]
    if sorted(answered + waiting) != opened:
        yield f"decided on {sorted(answered)}, but what came in was {opened}"
