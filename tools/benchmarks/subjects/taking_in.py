"""Frames off the socket, read, judged by six rules, and durable: the running daemon, beside threads and peers.

A round ends when the alert is told of which the last frame is the cause: then each frame before it is in the log, with
durability full, and was judged. The peers only read and parse.
"""

import time
from collections.abc import Callable, Iterator

from benchmarks.bench import Bench
from benchmarks.children import Child, ChildFailed
from benchmarks.figures import Figure, at_least, at_most, stated
from benchmarks.frames import trades, written
from benchmarks.live import Market, market
from benchmarks.rounds import Absent, Contender
from kis_actors.units import NS_PER_S

PLACE = 3
ABOUT = "the daemon takes in frames, all of them durable and judged"
THREADS, SAMPLE, LIBRARY = "threads and queues", "KIS's sample", "python-kis"
WAIT_S = 60


def figures(bench: Bench) -> Iterator[Figure]:
    """Frames a second."""
    frames, lost = bench.pick(full=200_000, quick=40_000), [0]
    with market(bench, codes=44) as ours:
        ours.live.ready()
        done = bench.race(
            "frames/s",
            Contender("kis_actors", frames + 1, lambda: by_the_daemon(ours, frames, lost)),
            _threads(bench, ours, frames),
            *_peers(bench),
        )
    yield done.alone("take in, durable and judged", aim=at_least(30_000))
    yield stated("frames lost meanwhile", "", (float(sum(lost)),), aim=at_most(0))
    yield done.against(THREADS, "take in, same work by", aim=at_least(0.85), floor=at_least(0.5))
    yield done.against(SAMPLE, "take in, beside one that keeps nothing", aim=at_least(75), floor=at_least(30))
    yield done.against(LIBRARY, "take in, beside one that keeps nothing", aim=at_least(4), floor=at_least(2))


def by_the_daemon(ours: Market, frames: int, lost: list[int]) -> float:
    """Seconds from the first frame on the wire to the alert; what the log lacks of them goes to `lost`."""
    live = ours.live
    before, dropped = live.last_seq(), live.status().get("dropped", 0)
    sent = ours.send(frames, ends_fallen=True)
    code, deadline_s = sent.falls[-1][0], time.monotonic() + WAIT_S
    while not (told := [at_ns for one, at_ns in live.told(before) if one == code and at_ns > sent.falls[-1][1]]):
        if time.monotonic() > deadline_s:
            raise ChildFailed(f"no alert within {WAIT_S} s of the last frame")
        time.sleep(0.05)
    lost.append(frames + 1 - live.trades_since(before))
    lost.append(live.status().get("dropped", 0) - dropped)
    return (told[0] - sent.began_ns) / NS_PER_S


def _threads(bench: Bench, ours: Market, frames: int) -> Contender:
    trading = bench.child("benchmarks.trading")
    port, new_file = str(trading.hear()["port"]), str(bench.folder / "threads" / "events" / ours.live.path.name)
    threads = bench.child("benchmarks.raw_threads", port, str(ours.live.path), new_file)
    threads.hear()
    theirs = Market(ours.live, trading)

    def take() -> float:
        sent = theirs.send(frames, ends_fallen=True)
        return float(threads.ask("alert") - sent.began_ns) / NS_PER_S

    return Contender(THREADS, frames + 1, take)


def _peers(bench: Bench) -> Iterator[Contender | Absent]:
    """They are told where frames are, and read them to the end."""
    path = str(written(bench.folder, trades(1_000)))
    counts = {SAMPLE: bench.pick(full=400, quick=100), LIBRARY: bench.pick(full=10_000, quick=2_000)}
    modules = {SAMPLE: "kis_sample_live", LIBRARY: "kis_library_live"}
    port = _port_of(bench.child, path)
    for name, count in counts.items():
        yield bench.peer(name, modules[name], f"ws://127.0.0.1:{port}/frames/{count}", str(count))


def _port_of(child: Callable[..., Child], path: str) -> int:
    return int(child("benchmarks.blasting", path).hear()["port"])
