"""eventsourcing's `Application.save` into SQLite: an aggregate with a thousand pending events at a time.

Takes a file of frames, where to keep the events, and how many saves a round is.
"""

import sys
import time
from pathlib import Path

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate

from benchmarks.serving import serve_rounds

AT_ONCE = 1000


class Link(Aggregate):  # type: ignore[misc] # unknown to mypy, being in the peers' environment
    """One connection, which hears frames."""

    class Heard(Aggregate.Event):  # type: ignore[misc]
        """As the product's FrameReceived."""

        link: int
        text: str


def main(path: str, store: str, saves: str) -> None:
    """Serves rounds."""
    frames = Path(path).read_text("utf-8").splitlines()[:AT_ONCE]
    module = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": store}
    application: Application = Application(env=module)

    def take() -> float:
        return sum(_saved(application, frames) for _ in range(int(saves)))

    serve_rounds(AT_ONCE * int(saves), take)


def _saved(application: Application, frames: list[str]) -> float:
    began_s = time.perf_counter()
    link = Link()
    for text in frames[1:]:  # its creation is an event too
        link.trigger_event(Link.Heard, link=1, text=text)
    application.save(link)
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main(*sys.argv[1:])
