"""Whether the log takes events as fast when it holds ten million as when it holds a hundred thousand."""

from collections.abc import Iterator, Sequence

from benchmarks.bench import Bench
from benchmarks.figures import Figure, at_least
from benchmarks.frames import trades
from benchmarks.rounds import Contender
from benchmarks.subjects.appending import appender, batched, new_writer, rows_of
from eventlog.store import Writer

PLACE = 5.5
ABOUT = "appending to a log of ten million events; not with --quick"
FAR, NEAR = 10_000_000, 100_000
SIZE, BATCHES = 1000, 20
FILLED_AT_ONCE = 5_000


def figures(bench: Bench) -> Iterator[Figure]:
    """Events a second, a thousand durable at once."""
    if bench.is_quick:
        return
    frames = trades(20_000)
    far = contender(bench, f"{FAR:,} events", FAR, frames)
    near = contender(bench, f"{NEAR:,} events", NEAR, frames)
    done = bench.race("events/s", far, near)
    yield done.against(near.name, f"append to {FAR:,} events", aim=at_least(0.75), floor=at_least(0.5))


def contender(bench: Bench, name: str, events: int, frames: Sequence[str]) -> Contender:
    """Whoever appends to a file that has so many already."""
    path = bench.folder / str(events) / "day.db"
    new_writer(path).close()
    filling = Writer(path, "normal")
    for last_seq in range(0, events, FILLED_AT_ONCE):
        bench.tell(f"{name}: {last_seq:,} are there")
        filling.append(rows_of(frames, last_seq, FILLED_AT_ONCE))
    filling.close()
    return batched(name, SIZE, BATCHES, appender(Writer(path), frames), events)
