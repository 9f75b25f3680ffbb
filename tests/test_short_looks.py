"""However long somebody takes over a day that goes on, the daemon's write-ahead log can be folded away meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from days import logged, rows_of, written
from facts import tick

from eventlog import passage
from eventlog.store import Writer, companions_of
from kis_actors.cores import CORES
from kis_actors.recovery import records_in
from kis_actors.replay import records_until
from kis_actors.stepping import Walk

SECONDS = 10


def _steps(path: Path) -> Iterator[object]:
    walk = Walk(CORES, path)
    return iter(walk.next, None)


WAYS = {
    "state and why": records_in,
    "replay": lambda path: records_until(path, None, lambda seq: None),
    "replay --step": _steps,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_look_that_lasts_holds_nobody_up(tmp_path, monkeypatch, way):
    monkeypatch.setattr(passage, "PIECE_ROWS", 2)
    units = logged(*(("clock", 0, tick(f"10:00:{second:02}")) for second in range(SECONDS + 1)))
    path = written(tmp_path, units[:SECONDS])
    writer = Writer(path, "normal")
    looked = WAYS[way](path)
    next(looked)
    writer.append(rows_of(units[SECONDS]))
    assert companions_of(path)[0].stat().st_size
    writer._connection.execute("pragma busy_timeout = 0")
    busy, *_ = writer._connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    assert (busy, companions_of(path)[0].stat().st_size) == (0, 0)
    assert len(list(looked)) == SECONDS - 1, "what came meanwhile is of another look"
    writer.close()
